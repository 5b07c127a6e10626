/** One route, and what it is for; docs/security.md is generated from this. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the API version; `{...}` stands for one name. */
  readonly path: string;
  /** `look`: also by the commands that only look (`plan`, `status` ...); `work`: by `apply` and `run` alone. */
  readonly by: 'look' | 'work';
  /** What it is asked or told; continues "it is used for". */
  readonly why: string;
}

/**
 * Every route of the Engine API that bastion can call. Nothing else is sent: the transport takes a name from this table,
 * and allowed-route.ts compares what is about to leave with it. What only looks uses GET; everything else is a write.
 * Reference: https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export const ROUTES = {
  version: {
    method: 'GET',
    path: '/version',
    by: 'look',
    why: 'which engine, API and platform this is',
  },
  info: {
    method: 'GET',
    path: '/info',
    by: 'look',
    why: 'cgroup version, log driver and runtime: defaults that the comparison of fields must know',
  },
  events: {
    method: 'GET',
    path: '/events',
    by: 'work',
    why: 'to notice at once what changes; a look once a minute finds the rest',
  },
  listContainers: {
    method: 'GET',
    path: '/containers/json',
    by: 'look',
    why: 'what is there, with its state and labels',
  },
  inspectContainer: {
    method: 'GET',
    path: '/containers/{container}/json',
    by: 'look',
    why: 'all fields of a container, to compare them',
  },
  containerStats: {
    method: 'GET',
    path: '/containers/{container}/stats',
    by: 'work',
    why: 'memory of a Prometheus, for its closed loop',
  },
  containerLogs: {
    method: 'GET',
    path: '/containers/{container}/logs',
    by: 'look',
    why: 'last lines of a container that failed or refused a configuration, for the message',
  },
  listNetworks: {
    method: 'GET',
    path: '/networks',
    by: 'look',
    why: 'networks, their subnets and members',
  },
  inspectNetwork: {
    method: 'GET',
    path: '/networks/{network}',
    by: 'work',
    why: "the exact network before it is changed, where its name could be the beginning of another's id",
  },
  listVolumes: {
    method: 'GET',
    path: '/volumes',
    by: 'look',
    why: 'volumes and their labels',
  },
  inspectImage: {
    method: 'GET',
    path: '/images/{image}/json',
    by: 'look',
    why: 'whether an image is there, its id and its defaults',
  },
  inspectDistribution: {
    method: 'GET',
    path: '/distribution/{image}/json',
    by: 'work',
    why: 'platforms that the registry offers, before a pull for several',
  },

  createNetwork: {
    method: 'POST',
    path: '/networks/create',
    by: 'work',
    why: 'a Network',
  },
  removeNetwork: {
    method: 'DELETE',
    path: '/networks/{network}',
    by: 'work',
    why: 'a Network that left the desired state, or is made anew',
  },
  connectNetwork: {
    method: 'POST',
    path: '/networks/{network}/connect',
    by: 'work',
    why: 'a container to a network that it lacks',
  },
  disconnectNetwork: {
    method: 'POST',
    path: '/networks/{network}/disconnect',
    by: 'work',
    why: 'a container from a network that it should not be in',
  },
  createVolume: {
    method: 'POST',
    path: '/volumes/create',
    by: 'work',
    why: 'a Volume',
  },
  removeVolume: {
    method: 'DELETE',
    path: '/volumes/{volume}',
    by: 'work',
    why: 'a Volume, only with a consent that names it',
  },
  pullImage: {
    method: 'POST',
    path: '/images/create',
    by: 'work',
    why: 'an image by its pinned reference',
  },
  buildImage: {
    method: 'POST',
    path: '/build',
    by: 'work',
    why: 'an Image with a build context',
  },
  createContainer: {
    method: 'POST',
    path: '/containers/create',
    by: 'work',
    why: 'a container, its replacement, or a throw-away one for a check',
  },
  startContainer: {
    method: 'POST',
    path: '/containers/{container}/start',
    by: 'work',
    why: 'a container that should run',
  },
  stopContainer: {
    method: 'POST',
    path: '/containers/{container}/stop',
    by: 'work',
    why: 'a container before it is replaced or removed',
  },
  restartContainer: {
    method: 'POST',
    path: '/containers/{container}/restart',
    by: 'work',
    why: 'a consumer of a file whose `onChange` says so, or a target whose scrapes fail',
  },
  pauseContainer: {
    method: 'POST',
    path: '/containers/{container}/pause',
    by: 'work',
    why: 'Grafana, while its database is copied',
  },
  unpauseContainer: {
    method: 'POST',
    path: '/containers/{container}/unpause',
    by: 'work',
    why: 'a container that somebody paused, or Grafana after its copy',
  },
  signalContainer: {
    method: 'POST',
    path: '/containers/{container}/kill',
    by: 'work',
    why: 'a consumer of a file or certificate, or of a rotated log, that reads it anew at a signal',
  },
  renameContainer: {
    method: 'POST',
    path: '/containers/{container}/rename',
    by: 'work',
    why: 'the old and the new container in a replacement; one that somebody renamed',
  },
  updateContainer: {
    method: 'POST',
    path: '/containers/{container}/update',
    by: 'work',
    why: 'limits and restart policy, without a replacement',
  },
  waitContainer: {
    method: 'POST',
    path: '/containers/{container}/wait',
    by: 'work',
    why: 'the end of a throw-away container, and its exit code',
  },
  removeContainer: {
    method: 'DELETE',
    path: '/containers/{container}',
    by: 'work',
    why: 'a container that was replaced or left the desired state, or a throw-away one',
  },
} as const satisfies Record<string, Route>;

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
