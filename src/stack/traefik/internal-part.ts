import type { TraefikManifest } from '../../model/manifest-types.ts';
import type { Dynamic, Router } from './dynamic-types.ts';
import { API_ROUTER, INTERNAL_ADDRESS, INTERNAL_ENTRYPOINT, METRICS_ENTRYPOINT, METRICS_ROUTER } from './names.ts';
import type { Places } from './places.ts';

/** Above whatever a router without entrypoints may match, which is at every entrypoint. */
const FIRST = 1_000_000;

/**
 * Routers of metrics and API. No `Host()`: a target whose name does not resolve is scraped by its address, which is what
 * Prometheus then sends as the host, while the server name in the handshake stays.
 */
export function internalPart({ spec }: TraefikManifest, places: Places): Dynamic {
  return spec.existing === undefined ? ownPart() : adoptedPart(spec.tlsOptions.strict, places);
}

/** The strict default options hold for rules without a host. */
function ownPart(): Dynamic {
  const at = (rule: string, service: string): Router => ({
    entryPoints: [METRICS_ENTRYPOINT],
    rule,
    priority: FIRST,
    service,
    tls: {},
  });
  return { http: { routers: internalRouters(at) } };
}

/**
 * Where the default options are somebody else's, no HTTP router without a host can ask for certificates. A TCP router can:
 * it ends TLS itself with the option that it names, refuses everybody else, and hands on to the loopback.
 */
function adoptedPart(strict: string, { hostName }: Places): Dynamic {
  const at = (rule: string, service: string): Router => ({
    entryPoints: [INTERNAL_ENTRYPOINT],
    rule,
    priority: FIRST,
    service,
  });
  return {
    http: { routers: internalRouters(at) },
    tcp: {
      routers: {
        [METRICS_ROUTER]: {
          entryPoints: [METRICS_ENTRYPOINT],
          rule: `HostSNI(\`${hostName}\`)`,
          priority: FIRST,
          service: INTERNAL_ENTRYPOINT,
          tls: { options: strict },
        },
      },
      services: { [INTERNAL_ENTRYPOINT]: { loadBalancer: { servers: [{ address: INTERNAL_ADDRESS }] } } },
    },
  };
}

function internalRouters(at: (rule: string, service: string) => Router): Readonly<Record<string, Router>> {
  return {
    [METRICS_ROUTER]: at('Path(`/metrics`)', 'prometheus@internal'),
    [API_ROUTER]: at('PathPrefix(`/api`)', 'api@internal'),
  };
}
