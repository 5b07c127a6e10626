import { DATA_SOURCE } from './provisioning.ts';

/** What identifies a dashboard in its Grafana. */
export interface DashboardIdentity {
  readonly uid: string;
  readonly title: string;
}

/** What Grafana takes for a uid: 40 characters at most. */
const UID = /^[A-Za-z0-9_-]{1,40}$/;
/** Data sources that every Grafana has. */
const BUILT_IN = ['-- Grafana --', '-- Mixed --', '-- Dashboard --', 'grafana', '__expr__'];

/**
 * Reads the JSON text of a dashboard as Grafana provisions it. Grafana itself only logs what it cannot use and goes on,
 * which nobody reads: so what would go wrong there is a problem here.
 *
 * @returns its identity, or what is wrong and what to do, for people
 */
export function readDashboardJson(text: string): DashboardIdentity | { readonly problems: readonly string[] } {
  const found = parse(text);
  if (typeof found === 'string') return { problems: [found] };
  const { uid, title } = found;
  const problems: string[] = [];
  if (found['spec'] !== undefined && title === undefined)
    problems.push('is in the new resource format: export it as classic JSON, with title and panels at the top');
  else if (typeof title !== 'string' || title.trim() === '') problems.push('has no title');
  if (typeof uid !== 'string' || uid === '')
    problems.push('has no uid: give it one, or Grafana makes another at every start and every link to it breaks');
  else if (!UID.test(uid))
    problems.push(`has the uid ${JSON.stringify(uid)}: 1 to 40 letters, digits, - and _ are possible`);
  if (found['__inputs'] !== undefined)
    problems.push(
      'has __inputs, which only the import dialog fills in: save it without "export for sharing externally"',
    );
  problems.push(...foreignDataSources(found));
  return problems.length === 0 && typeof uid === 'string' && typeof title === 'string' ? { uid, title } : { problems };
}

function parse(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
    return 'is JSON, but no object';
  } catch (error) {
    return `is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deeper than any panel in a row; what is nested further was made to break something. */
const DEEPEST = 100;

/** One problem for each data source that this Grafana has not, with the first place that names it. */
function foreignDataSources(dashboard: Record<string, unknown>): string[] {
  const variables = dataSourceVariables(dashboard);
  const first = new Map<string, string>();
  let isTooDeep = false;
  const visit = (value: unknown, path: string, depth: number): void => {
    if (depth > DEEPEST) isTooDeep = true;
    else if (Array.isArray(value)) value.forEach((item, index) => visit(item, `${path}[${index}]`, depth + 1));
    if (isTooDeep || !isRecord(value)) return;
    for (const [name, member] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`;
      const source = name === 'datasource' ? nameOf(member) : undefined;
      if (source !== undefined && !isKnown(source, variables) && !first.has(source)) first.set(source, at);
      visit(member, at, depth + 1);
    }
  };
  visit(dashboard, '', 0);
  if (isTooDeep) return [`is nested more than ${DEEPEST} levels deep`];
  return [...first].map(
    ([source, at]) =>
      `names the data source ${JSON.stringify(source)} (${at}), which this Grafana has not: write the uid ${DATA_SOURCE}`,
  );
}

/** The uid of a data source, or in old dashboards its name; undefined: the default one. */
function nameOf(member: unknown): string | undefined {
  if (typeof member === 'string') return member;
  return isRecord(member) && typeof member['uid'] === 'string' ? member['uid'] : undefined;
}

function isKnown(source: string, variables: readonly string[]): boolean {
  const variable = /^\$(?:\{(\w+)(?::\w+)?\}|(\w+))$/.exec(source);
  if (variable !== null) return variables.includes(variable[1] ?? variable[2] ?? '');
  return source === '' || source.toLowerCase() === DATA_SOURCE || BUILT_IN.includes(source);
}

function dataSourceVariables(dashboard: Record<string, unknown>): string[] {
  const { templating } = dashboard;
  const list = isRecord(templating) && Array.isArray(templating['list']) ? (templating['list'] as unknown[]) : [];
  return list.flatMap((entry) =>
    isRecord(entry) && entry['type'] === 'datasource' && typeof entry['name'] === 'string' ? [entry['name']] : [],
  );
}
