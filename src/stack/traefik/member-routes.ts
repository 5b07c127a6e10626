import { hostName } from '../names.ts';
import type { House } from '../renderer.ts';
import type { Route } from './route.ts';

const EVERY = { interval: '30s', timeout: '5s' } as const;

/**
 * What clients may not ask Prometheus through Traefik: the API that makes snapshots and deletes series, reloading and
 * quitting. Prometheus decodes a path before it looks at it while Traefik keeps `%2F` as it is, so that
 * `/api/v1%2Fadmin/tsdb/delete_series` would get past the first condition (tried); no path of Prometheus needs a `%`.
 */
const NO_ADMINISTRATION =
  '!PathPrefix(`/api/v1/admin`) && !PathPrefix(`/-/reload`) && !PathPrefix(`/-/quit`) && !PathRegexp(`%`)';

/** Grafana tells its metrics to everybody who reaches it: inside its network that is Prometheus, and nobody beyond it. */
const NO_METRICS = '!Path(`/metrics`)';

/** The routes to members of the stack that people open: all strict, reached over mutual TLS under their own names. */
export function memberRoutes({ bastion, stack }: Pick<House, 'bastion' | 'stack'>): Route[] {
  return [
    ...stack.Prometheus.map(({ metadata, spec }) => ({
      ...memberRoute(metadata.name, hostName(spec.hostname ?? metadata.name, bastion), 9090, '/-/healthy'),
      condition: NO_ADMINISTRATION,
    })),
    ...stack.Grafana.map(({ metadata, spec }) => ({
      ...memberRoute(metadata.name, hostName(spec.hostname ?? metadata.name, bastion), 3000, '/api/health'),
      condition: NO_METRICS,
    })),
  ];
}

function memberRoute(name: string, host: string, port: number, path: string): Route {
  return {
    name,
    host,
    access: 'strict',
    url: `https://${host}:${port}`,
    health: { path, ...EVERY },
    transport: { serverName: host, trust: 'house' },
  };
}
