import type { TraefikManifest } from '../../model/manifest-types.ts';
import { liveDirectory, memberDirectory, networkName } from '../names.ts';
import { bytes } from '../quantities.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { TRAEFIK_USER } from './certificates.ts';
import { hostCertificate, type Places } from './places.ts';

/** The container of a Traefik of our own. Only its web ports are published; metrics, API and ping never are. */
export function container(
  { metadata, spec }: TraefikManifest,
  places: Places,
  servesHosts: boolean,
  { bastion, stack }: House,
): RenderedManifest {
  const monitoring = networkName('monitoring', bastion);
  const joined = [
    networkName('edge', bastion),
    ...(stack.Grafana.length > 0 ? [networkName('grafana', bastion)] : []),
    ...spec.networks,
    ...stack.MonitoredService.flatMap(({ spec: { container, network } }) =>
      container === undefined || network === undefined ? [] : [network],
    ),
  ].filter((name) => name !== monitoring);
  const live = (name: string, inside: string): string => `${liveDirectory(name, bastion)}:${inside}:ro`;
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'Container',
    metadata: { name: metadata.name },
    spec: {
      image: spec.image,
      // Not the script of the image, which only guesses what is meant.
      entrypoint: ['traefik'],
      command: ['--configFile=/etc/traefik/traefik.yml'],
      // Half, because the program itself, 180 MB of which 76 MB are in use at a time, would else be read from the disk anew.
      environment: { GOMEMLIMIT: `${Math.floor(bytes(spec.memoryLimit) / 2)}` },
      user: `${TRAEFIK_USER}:${TRAEFIK_USER}`,
      networks: {
        [monitoring]: { aliases: [places.hostName] },
        ...Object.fromEntries([...new Set(joined)].sort().map((name) => [name, {}])),
      },
      ports: publishedPorts(spec.ports),
      volumes: [
        `${memberDirectory(metadata.name, 'config', bastion)}:/etc/traefik:ro`,
        live(metadata.name, places.certificates),
        ...(servesHosts ? [live(hostCertificate(metadata.name), places.hostCertificates)] : []),
        ...(places.logs === undefined ? [] : [`${places.logs.host}:${places.logs.inside}`]),
      ],
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges'],
      mem_limit: spec.memoryLimit,
      pids_limit: 128,
      restart: 'unless-stopped',
      // Longer than the 10 s that Traefik gives open requests to end.
      stop_grace_period: '15s',
      healthcheck: {
        test: ['CMD', 'traefik', 'healthcheck', '--configFile=/etc/traefik/traefik.yml'],
        interval: '10s',
        timeout: '5s',
        start_period: '10s',
        retries: 3,
      },
    },
  };
}

interface PublishedPort {
  readonly target: number;
  readonly published: number;
  readonly host_ip?: string;
}

function publishedPorts({ web, websecure, hostIp }: TraefikManifest['spec']['ports']): PublishedPort[] {
  const address = hostIp === undefined ? {} : { host_ip: hostIp };
  return [
    { target: 80, published: web, ...address },
    { target: 443, published: websecure, ...address },
  ].filter(({ published }) => published !== 0);
}
