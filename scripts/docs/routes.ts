import { routePattern } from '../../src/engine/allowed-route.ts';
import { API_VERSION } from '../../src/engine/connection.ts';
import { ROUTES, type Route } from '../../src/engine/routes.ts';
import { cell, code, table } from './table.ts';

const ALL: readonly Route[] = Object.values(ROUTES);

/** The table of docs/security.md: every route, why, and which commands use it. */
export function routesTable(): string {
  const rows = ALL.map(({ method, path, by, why }) => [
    code(`${method} ${path}`),
    cell(why),
    by === 'look' ? 'all that look, `run`, `apply`' : '`run`, `apply`',
  ]);
  return table(['route', 'for', 'used by'], rows);
}

/** Regular expressions for a proxy: one for each method, first of the commands that only look, then of all. */
export function proxyPatterns(): string {
  const looking = ALL.filter(({ by }) => by === 'look');
  const lines = [
    '# all that `bastion plan`, `status`, `gates` and `certs` need',
    `GET     ${proxyPattern(looking, 'GET')}`,
    '',
    '# all that `bastion run` and `bastion apply` need',
    ...(['GET', 'POST', 'DELETE'] as const).map((method) => `${method.padEnd(7)} ${proxyPattern(ALL, method)}`),
  ];
  return ['```text', ...lines, '```'].join('\n');
}

/** The regular expression of whole paths, without a query, that lets the routes of one method pass. */
export function proxyPattern(routes: readonly Route[], method: Route['method']): string {
  const patterns = routes.filter((route) => route.method === method).map(routePattern);
  const common = `/${API_VERSION.replace('.', '\\.')}/`;
  return `^${common}(${patterns.map((pattern) => pattern.slice(common.length)).join('|')})$`;
}
