import type { TraefikManifest } from '../../model/manifest-types.ts';
import type { Dynamic, LoadBalancer, Router, ServersTransport } from './dynamic-types.ts';
import { authorityFile, keyPair } from './key-pair.ts';
import { DASHBOARD_ROUTER } from './names.ts';
import type { Places } from './places.ts';
import type { Route } from './route.ts';
import { strictTls } from './tls-part.ts';

/** Routers, services and transports of what is served at the entrypoint for HTTPS. */
export function routesPart(traefik: TraefikManifest, places: Places, routes: readonly Route[]): Dynamic {
  const routers = routes.map((route) => [route.name, routerOf(route, traefik, places)] as const);
  const transports = routes.flatMap((route) =>
    route.transport === undefined ? [] : [[route.name, transportOf(route.transport, places)] as const],
  );
  return {
    http: {
      routers: {
        ...(traefik.spec.dashboard ? { [DASHBOARD_ROUTER]: dashboardRouter(traefik, places) } : {}),
        ...Object.fromEntries(routers),
      },
      ...(routes.length === 0
        ? {}
        : { services: Object.fromEntries(routes.map((route) => [route.name, { loadBalancer: balancerOf(route) }])) }),
      ...(transports.length === 0 ? {} : { serversTransports: Object.fromEntries(transports) }),
    },
  };
}

function routerOf({ name, host, condition, access }: Route, traefik: TraefikManifest, { entryPoint }: Places): Router {
  return {
    entryPoints: [entryPoint],
    rule: [`Host(\`${host}\`)`, ...(condition === undefined ? [] : [condition])].join(' && '),
    service: name,
    tls: access === 'public' ? { options: traefik.spec.tlsOptions.public } : strictTls(traefik),
  };
}

function dashboardRouter(traefik: TraefikManifest, { hostName, entryPoint }: Places): Router {
  return {
    entryPoints: [entryPoint],
    rule: `Host(\`${hostName}\`) && (PathPrefix(\`/dashboard\`) || PathPrefix(\`/api\`))`,
    service: 'api@internal',
    tls: strictTls(traefik),
  };
}

function balancerOf({ name, url, health, transport }: Route): LoadBalancer {
  return {
    servers: [{ url }],
    // An answer that sends elsewhere is an answer: where it leads may be a login that only people reach.
    ...(health === undefined ? {} : { healthCheck: { ...health, followRedirects: false } }),
    ...(transport === undefined ? {} : { serversTransport: name }),
  };
}

/**
 * No minimum version: it is 1.2 without one, and with `minVersion` alone Traefik 3.7.15 finds it above the maximum, complains
 * in its log and goes on without client certificate and authority (tried).
 */
function transportOf(
  { serverName, trust }: NonNullable<Route['transport']>,
  { certificates }: Places,
): ServersTransport {
  return {
    serverName,
    ...(trust === 'house' ? { rootCAs: [authorityFile(certificates)] } : {}),
    certificates: [keyPair(certificates)],
  };
}
