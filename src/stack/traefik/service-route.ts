import type { MonitoredServiceManifest } from '../../model/manifest-types.ts';
import { hostName } from '../names.ts';
import { milliseconds } from '../quantities.ts';
import type { House, RenderProblem } from '../renderer.ts';
import { namesOfMembers } from './names-of-members.ts';
import type { Route } from './route.ts';

/** Names of routers that are ours begin so. */
const OURS = 'bastion-';
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** The route of an application as its manifest says it, and what is wrong with the manifest; its route counts only without. */
export function serviceRoute(
  { metadata, spec }: MonitoredServiceManifest,
  house: Pick<House, 'bastion' | 'stack'>,
): { readonly route: Route; readonly problems: readonly RenderProblem[] } {
  const problems: RenderProblem[] = [];
  const refuse = (message: string, ...path: string[]): number => problems.push({ path: ['spec', ...path], message });

  if (metadata.name.startsWith(OURS))
    problems.push({ path: ['metadata', 'name'], message: `names that begin with ${OURS} are those of the operator` });
  if (spec.container === undefined && spec.url === undefined)
    refuse('needs container (and port), or url for what is not a container of this host');
  if (spec.container !== undefined && spec.url !== undefined) refuse('has container too: give one of them', 'url');
  if (spec.container !== undefined && !CONTAINER_NAME.test(spec.container))
    refuse('is no name of a Container resource', 'container');
  if (spec.container !== undefined && spec.port === undefined)
    refuse('is needed with container: the port inside it', 'port');
  if (spec.url !== undefined && spec.port !== undefined) refuse('belongs into url', 'port');
  const { healthCheck } = spec;
  if (healthCheck.enabled && milliseconds(healthCheck.timeout) >= milliseconds(healthCheck.interval))
    refuse(`must be shorter than the interval (${healthCheck.interval})`, 'healthCheck', 'timeout');

  const url = spec.url ?? `${spec.scheme}://${spec.container ?? ''}:${spec.port ?? 0}`;
  const { hostname, protocol } = URL.canParse(url) ? new URL(url) : { hostname: '', protocol: '' };
  if (spec.url !== undefined && hostname === '') refuse('is no address such as http://192.168.1.20:8090', 'url');
  if (spec.url !== undefined && isLoopback(hostname))
    refuse('is Traefik itself, as Traefik sees it: write the address of the machine, or container', 'url');
  const serverName = spec.tls.serverName ?? hostname;
  // Traefik is a client whom members trust, so it would stand for whoever comes, and pass the limits of their own routes.
  if (protocol === 'https:' && namesOfMembers(house).has(serverName.toLowerCase().replace(/\.$/, '')))
    refuse(
      `${serverName} would let whoever reaches this route in with the certificate of Traefik: members have routes of their own`,
      ...placeOfServerName(spec),
    );
  const route: Route = {
    name: metadata.name,
    host: spec.host ?? hostName(metadata.name, house.bastion),
    access: spec.access,
    url,
    ...(healthCheck.enabled ? { health: healthOf(healthCheck) } : {}),
    ...(protocol === 'https:' ? { transport: { serverName, trust: spec.tls.trust } } : {}),
  };
  return { route, problems };
}

/** Where Traefik's own ping and, adopted, its API listen without a certificate. The class URL has made one form of all. */
function isLoopback(hostname: string): boolean {
  return /^127\.|^0\.0\.0\.0$|(^|\.)localhost\.?$/.test(hostname);
}

function placeOfServerName({ tls, url }: MonitoredServiceManifest['spec']): readonly string[] {
  if (tls.serverName !== undefined) return ['tls', 'serverName'];
  return [url === undefined ? 'container' : 'url'];
}

function healthOf({
  path,
  interval,
  timeout,
  status,
}: MonitoredServiceManifest['spec']['healthCheck']): NonNullable<Route['health']> {
  return { path, interval, timeout, ...(status === undefined ? {} : { status }) };
}
