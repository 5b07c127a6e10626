/**
 * Every route of the Engine API that bastion can call. Nothing else can be sent: the transport takes a name from this
 * table. What only looks uses GET; everything else is a write.
 * Reference: https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export const ROUTES = {
  ping: { method: 'GET', path: '/_ping' },
  version: { method: 'GET', path: '/version' },
  info: { method: 'GET', path: '/info' },
  events: { method: 'GET', path: '/events' },
  listContainers: { method: 'GET', path: '/containers/json' },
  inspectContainer: { method: 'GET', path: '/containers/{container}/json' },
  containerStats: { method: 'GET', path: '/containers/{container}/stats' },
  containerLogs: { method: 'GET', path: '/containers/{container}/logs' },
  listNetworks: { method: 'GET', path: '/networks' },
  inspectNetwork: { method: 'GET', path: '/networks/{network}' },
  listVolumes: { method: 'GET', path: '/volumes' },
  inspectImage: { method: 'GET', path: '/images/{image}/json' },
  inspectDistribution: { method: 'GET', path: '/distribution/{image}/json' },

  createNetwork: { method: 'POST', path: '/networks/create' },
  removeNetwork: { method: 'DELETE', path: '/networks/{network}' },
  connectNetwork: { method: 'POST', path: '/networks/{network}/connect' },
  disconnectNetwork: { method: 'POST', path: '/networks/{network}/disconnect' },
  createVolume: { method: 'POST', path: '/volumes/create' },
  removeVolume: { method: 'DELETE', path: '/volumes/{volume}' },
  pullImage: { method: 'POST', path: '/images/create' },
  buildImage: { method: 'POST', path: '/build' },
  createContainer: { method: 'POST', path: '/containers/create' },
  startContainer: { method: 'POST', path: '/containers/{container}/start' },
  stopContainer: { method: 'POST', path: '/containers/{container}/stop' },
  restartContainer: { method: 'POST', path: '/containers/{container}/restart' },
  pauseContainer: { method: 'POST', path: '/containers/{container}/pause' },
  unpauseContainer: { method: 'POST', path: '/containers/{container}/unpause' },
  signalContainer: { method: 'POST', path: '/containers/{container}/kill' },
  renameContainer: { method: 'POST', path: '/containers/{container}/rename' },
  updateContainer: { method: 'POST', path: '/containers/{container}/update' },
  waitContainer: { method: 'POST', path: '/containers/{container}/wait' },
  removeContainer: { method: 'DELETE', path: '/containers/{container}' },
} as const satisfies Record<string, { method: 'GET' | 'POST' | 'DELETE'; path: string }>;

export type RouteName = keyof typeof ROUTES;

/** The routes that cannot change anything. */
export type ReadRouteName = {
  [Name in RouteName]: (typeof ROUTES)[Name]['method'] extends 'GET' ? Name : never;
}[RouteName];

/**
 * Path of a route with its one parameter filled in. Undefined for a parameter that would make another path of it: an
 * empty one, or one with an empty, `.` or `..` part, which the engine answers with a redirect.
 */
export function routePath(name: RouteName, parameter: string | undefined): string | undefined {
  const template: string = ROUTES[name].path;
  const start = template.indexOf('{');
  if (start < 0) return template;
  if (parameter === undefined) return undefined;
  const parts = parameter.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  const end = template.indexOf('}');
  return template.slice(0, start) + parts.map(encodeURIComponent).join('/') + template.slice(end + 1);
}

/** A call as errors name it: `GET /containers/web/json`. */
export function describeCall(name: RouteName, target: string | undefined): string {
  const { method, path } = ROUTES[name];
  return `${method} ${path.replace(/\{.*\}/, target ?? '')}`;
}
