import { fullMetric, type FullMetric } from '../../test/support/dashboards/full-house.ts';
import type { KnownMetric } from '../../test/support/dashboards/metric-catalogue.ts';

/** Clients that have a node of their own; the ids behind them are of domains, and the rest of services. */
const DRAWN_CLIENTS = 40;
const FIRST_SERVICE = 120;
const ZONES = 18;
/** Labels that say more about a thing, by what they belong to: as many as there are things, or as few as there are kinds. */
const KINDS_OF_THINGS: Readonly<Record<string, number>> = {
  zone: ZONES,
  category: 8,
  device_type: 8,
  kind: 20,
  type: 5,
};

export interface CappedSeries {
  /** As it is written in the text format. */
  readonly text: string;
  readonly isCounter: boolean;
  readonly metric: string;
}

/** Every series that the metrics of a dashboard have where each family is at its cap. */
export function cappedSeries(metrics: readonly string[], catalogue: ReadonlyMap<string, KnownMetric>): CappedSeries[] {
  return [...new Set(metrics)].sort().flatMap((metric) => {
    const known = catalogue.get(metric);
    if (known === undefined) throw new Error(`no metric ${metric} is known`);
    return labelsOf(known, fullMetric(known, catalogue)).map((labels) => ({
      metric,
      isCounter: known.type === 'counter',
      text: `${metric}{${Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(',')}}`,
    }));
  });
}

function labelsOf({ name }: KnownMetric, full: FullMetric): Record<string, string>[] {
  const { fixed, free, isOfThings, most } = full;
  if (name.startsWith('id:homelab_graph_node')) return rows(most, node);
  if (name.startsWith('id:homelab_graph_edge')) return rows(most, edge);
  const things = rows(Math.min(most, full.things), isOfThings ? thing(free) : combination(free));
  const all = Object.entries(fixed).reduce<Record<string, string>[]>(
    (found, [label, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    things,
  );
  return all.slice(0, most).map((each) => ({ ...each, job: 'bench', instance: each['instance'] ?? 'bench:1' }));
}

function rows<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** The labels of a thing: the same thing has the same ones in every metric. What has none is told of every target. */
function thing(free: FullMetric['free']): (index: number) => Record<string, string> {
  if (Object.keys(free).length === 0) return (index) => ({ instance: `bench:${index}` });
  return (index) =>
    Object.fromEntries(
      Object.keys(free).map((label) => [label, `${label}-${index % (KINDS_OF_THINGS[label] ?? Infinity)}`] as const),
    );
}

/** Combinations of labels one after the other, as digits of a number; what only the cap bounds is another one each time. */
function combination(free: FullMetric['free']): (index: number) => Record<string, string> {
  return (index) => {
    let rest = index;
    return Object.fromEntries(
      Object.entries(free).map(([label, size]) => {
        if (!Number.isFinite(size)) return [label, `${label}-${index}`] as const;
        const digit = rest % size;
        rest = Math.floor(rest / size);
        return [label, `${label}-${digit}`] as const;
      }),
    );
  };
}

function node(index: number): Record<string, string> {
  const id =
    index < DRAWN_CLIENTS
      ? `cli:client-${index}`
      : index < FIRST_SERVICE
        ? `dom:domain-${index}`
        : `svc:service-${index - FIRST_SERVICE}`;
  return {
    id,
    title: id,
    subtitle: 'node',
    color: 'blue',
    about: 'x',
    ...(index < DRAWN_CLIENTS ? { detail__zone: `zone-${index % ZONES}` } : {}),
  };
}

/** Both ends are nodes. */
function edge(index: number): Record<string, string> {
  const source = node(index % DRAWN_CLIENTS)['id'] ?? '';
  const target = node(DRAWN_CLIENTS + (index % 110))['id'] ?? '';
  return { id: `${source}|${target}`, source, target, detail__kind: target.startsWith('dom') ? 'lookup' : 'http' };
}
