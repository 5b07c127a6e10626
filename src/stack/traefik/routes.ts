import { hostName } from '../names.ts';
import type { House, RenderProblem } from '../renderer.ts';
import { memberRoutes } from './member-routes.ts';
import type { Route } from './route.ts';
import { serviceRoute } from './service-route.ts';

/** What is wrong with a MonitoredService, by its name. */
export type ServiceProblems = ReadonlyMap<string, readonly RenderProblem[]>;

/**
 * Everything that Traefik serves at its entrypoint for HTTPS: members of the stack first, then applications by name. Two
 * routes never share a host: with different TLS options Traefik would give both the default ones, and which of them
 * answers would be chance. The one that comes later is left out and told.
 */
export function routesOf(house: Pick<House, 'bastion' | 'stack'>): {
  readonly routes: readonly Route[];
  readonly problems: ServiceProblems;
} {
  const { bastion, stack } = house;
  const routes = memberRoutes(house);
  const hosts = new Map(stack.Traefik.map(({ metadata, spec }) => [hostName(spec.hostname, bastion), metadata.name]));
  for (const { host, name } of routes) hosts.set(host, name);
  const names = new Set(routes.map(({ name }) => name));
  const problems = new Map<string, readonly RenderProblem[]>();
  for (const service of stack.MonitoredService) {
    const { route, problems: own } = serviceRoute(service, house);
    const found = [...own];
    const holder = hosts.get(route.host);
    if (holder !== undefined)
      found.push({
        path: ['spec', 'host'],
        message: `${route.host} is served for ${holder} already: choose another host`,
      });
    if (names.has(route.name))
      found.push({ path: ['metadata', 'name'], message: `${route.name} is the name of a member of the stack` });
    if (stack.Traefik.length === 0)
      found.push({ path: ['kind'], message: 'needs a Traefik resource, which serves its route' });
    if (found.length > 0) problems.set(route.name, found);
    else {
      routes.push(route);
      hosts.set(route.host, route.name);
    }
  }
  return { routes, problems };
}
