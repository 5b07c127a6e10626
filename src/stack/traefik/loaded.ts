import type { FileManifest, TraefikManifest } from '../../model/manifest-types.ts';
import type { House } from '../renderer.ts';
import { METRICS_PORT } from './names.ts';
import type { Places } from './places.ts';

type Loaded = NonNullable<FileManifest['spec']['onChange'][number]['loaded']>;

/** One look at the API or the metrics. */
export interface Look {
  readonly path: string;
  readonly contains: string;
}

/** Looks at the metrics entrypoint, over mutual TLS, all of which must hold in the end. */
export function loaded([first, ...others]: readonly [Look, ...Look[]], places: Places, house: House): Loaded {
  return {
    port: METRICS_PORT,
    ...first,
    within: '30s',
    tls: { serverName: places.hostName, authority: house.bastion.certificateAuthority },
    ...(others.length === 0 ? {} : { and: others }),
  };
}

/** That a middleware, router or service of a file is in use, without a fault. */
export function enabled(what: 'http/middlewares' | 'http/routers' | 'tcp/routers', name: string): Look {
  return { path: `/api/${what}/${name}@file`, contains: '"status":"enabled"' };
}

/** What a new static configuration must show after the restart. */
export function staticLooks({ spec }: TraefikManifest, places: Places): [Look, ...Look[]] {
  const expectsLog = spec.existing === undefined || places.logs !== undefined;
  return [
    { path: '/metrics', contains: 'traefik_config_last_reload_success' },
    { path: '/api/overview', contains: '"metrics":"Prometheus"' },
    ...(expectsLog ? [{ path: '/api/overview', contains: `"accessLog":${places.logs !== undefined}` }] : []),
  ];
}
