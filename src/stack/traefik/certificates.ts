import type { TraefikManifest } from '../../model/manifest-types.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { METRICS_PORT } from './names.ts';
import { hostCertificate, type Places } from './places.ts';
import type { Route } from './route.ts';

/** User and group of a Traefik of our own: nobody else's, since who it is decides who can read its keys. */
export const TRAEFIK_USER = 65532;

/**
 * Two certificates. The first is who Traefik is, to those who scrape it and to the servers behind it, who let it in by
 * this name. The second holds the hosts that it serves and is for servers only: were they in the first, Traefik could
 * show itself to Prometheus as Grafana, or as the operator to everyone if somebody called an application so. It also
 * keeps the first as it is when an application comes or goes.
 *
 * All hosts share one: one mount shows the keys of one Certificate, so one for each would replace the container with every
 * new application. A browser that reuses a connection for another host of the certificate, whose options differ, is told
 * 421 and opens a new one.
 */
export function certificates(
  { metadata, spec }: TraefikManifest,
  places: Places,
  routes: readonly Route[],
  { bastion }: Pick<House, 'bastion'>,
): readonly RenderedManifest[] {
  const { existing } = spec;
  const owner = existing?.owner ?? TRAEFIK_USER;
  const common = { issuer: bastion.certificateAuthority, owner, ...(existing === undefined ? { group: owner } : {}) };
  const told = { container: places.container, signal: 'SIGHUP' };
  const own: RenderedManifest = {
    apiVersion: 'bastion.lab/v1',
    kind: 'Certificate',
    metadata: { name: metadata.name },
    spec: {
      ...common,
      dnsNames: [...new Set([places.hostName, metadata.name])],
      consumers: [{ ...told, served: { port: METRICS_PORT, serverName: places.hostName } }],
    },
  };
  const [first] = routes;
  if (first === undefined) return [own];
  const hosts: RenderedManifest = {
    apiVersion: 'bastion.lab/v1',
    kind: 'Certificate',
    metadata: { name: hostCertificate(metadata.name) },
    spec: {
      ...common,
      dnsNames: routes.map(({ host }) => host).sort(),
      usages: ['serverAuth'],
      // An adopted Traefik may have a certificate of its own for a host, and then rightly serves that.
      consumers: [existing === undefined ? { ...told, served: { port: 443, serverName: first.host } } : told],
    },
  };
  return [own, hosts];
}
