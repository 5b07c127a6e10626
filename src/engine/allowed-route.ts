import { API_VERSION } from './connection.ts';
import { ROUTES, type Route, type RouteName } from './routes.ts';

/** An id, or the name of a container, network or volume: what the engine itself accepts. So none is `..`. */
const NAME = '[A-Za-z0-9][A-Za-z0-9_.-]*';

/** The reference of an image has parts; its colons and its @ are encoded. */
const PART = '[A-Za-z0-9](?:[A-Za-z0-9_.-]|%3A|%40)*';
const REFERENCE = `${PART}(?:/${PART})*`;

/**
 * The regular expression of a route's path, whole and with the API version, as the engine gets it; without anchors, so
 * that a proxy in front of the engine can be given the same. Understood alike by JavaScript and Go.
 */
export function routePattern({ path }: Route): string {
  const version = API_VERSION.replace('.', '\\.');
  return `/${version}${path.replace('{image}', REFERENCE).replace(/\{\w+\}/, NAME)}`;
}

const PATTERNS = Object.entries(ROUTES).map(([name, route]) => ({
  name: name as RouteName,
  method: route.method,
  pattern: new RegExp(`^${routePattern(route)}$`),
}));

/**
 * The route that a request is about to take, or undefined when it is none of the list. Of several (`/networks/create`
 * could be a network's name) the first.
 *
 * @param path as it stands in the request line: with the API version, encoded, with or without a query
 */
export function allowedRoute(method: string | undefined, path: string | undefined): RouteName | undefined {
  const [whole = ''] = (path ?? '').split('?');
  return PATTERNS.find((each) => each.method === method && each.pattern.test(whole))?.name;
}
