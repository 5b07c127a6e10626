import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric } from 'prom-client';
import { packageRoot } from '../../../src/desired/package-root.ts';
import { ruleGroups } from '../../../src/stack/prometheus/rules/groups.ts';
import { isAlert } from '../../../src/stack/prometheus/rules/rule.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { FakeClock } from '../fake-clock.ts';
import { onlyOf, stackHouse } from '../stack-house.ts';
import { FOREIGN_METRICS } from './foreign-metrics.ts';

export interface KnownMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** Labels whose values are bounded. */
  readonly labels: readonly string[];
  /** How many series it has at most, where its program or its page promises that; undefined: as many as its labels allow. */
  readonly most?: number;
}

/** Labels that Prometheus adds to whatever it scrapes. */
const TARGET = ['job', 'instance'];

/**
 * Every metric that a dashboard may read, by the names of its series: those of the operator from its registry, those of
 * the exporter from their page (which a test holds equal to the program), what rules record, and what is known of others.
 */
export async function metricCatalogue(): Promise<ReadonlyMap<string, KnownMetric>> {
  const all = [...(await operatorMetrics()), ...exporterMetrics(), ...(await recorded()), ...FOREIGN_METRICS];
  return new Map(all.flatMap((metric) => seriesOf(metric).map((series) => [series.name, series] as const)));
}

/** A histogram is three metrics, all of which only grow; a bucket more is the one without an end. */
function seriesOf(metric: KnownMetric & { readonly buckets?: number }): KnownMetric[] {
  const { name, type, labels, most, buckets } = metric;
  if (type !== 'histogram') return [metric];
  return ['_bucket', '_sum', '_count'].map((suffix) => {
    const each = suffix === '_bucket' ? buckets : 1;
    return {
      name: name + suffix,
      type: 'counter',
      labels: suffix === '_bucket' ? [...labels, 'le'] : labels,
      ...(most === undefined || each === undefined ? {} : { most: most * each }),
    };
  });
}

/** Counters of the operator with labels have all their series from the first scrape on, so these can be counted. */
async function operatorMetrics(): Promise<(KnownMetric & { readonly buckets?: number })[]> {
  const { registry } = new Metrics({ clock: new FakeClock(), version: '0.0.0', processMetrics: false });
  return Promise.all(
    registry.getMetricsAsArray().map(async ({ name, type }) => {
      const metric = registry.getSingleMetric(name) as Metric & { readonly labelNames: readonly string[] };
      const { labelNames } = metric;
      const values: readonly { readonly labels: object }[] = (await metric.get()).values;
      const buckets = values.filter(({ labels }) => 'le' in labels).length;
      return {
        name,
        type: String(type) as KnownMetric['type'],
        labels: [...labelNames, ...TARGET],
        ...(String(type) === 'counter' && values.length > 0 ? { most: values.length } : {}),
        ...(labelNames.length === 0 && buckets > 0 ? { most: 1, buckets } : {}),
      };
    }),
  );
}

function exporterMetrics(): (KnownMetric & { readonly buckets?: number })[] {
  const page = readFileSync(join(packageRoot(), 'docs/exporter-metrics.md'), 'utf8');
  return [...page.matchAll(/^\| `(\w+)` +\| (counter|gauge|histogram) +\|([^|]*)\| (\d+)(?:x(\d+))? +\|/gm)].map(
    ([, name = '', type, labels = '', cap, each]) => ({
      name,
      type: type as KnownMetric['type'],
      labels: [...[...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label), ...TARGET],
      most: Number(cap),
      // Of a histogram the page has its sum and its count among them.
      ...(each === undefined ? {} : { buckets: Number(each) - 2 }),
    }),
  );
}

/** A rate or a share that was recorded is a gauge, whatever it was made of; it has the labels of its name and cases. */
async function recorded(): Promise<KnownMetric[]> {
  const house = await stackHouse('kind: Prometheus\nmetadata: {name: prometheus}\nspec: {operator: {}}\n');
  const groups = ruleGroups({ prometheus: onlyOf(house, 'Prometheus'), house });
  return groups
    .flatMap(({ rules }) => rules.filter((rule) => !isAlert(rule)))
    .map((rule) => ({
      name: 'record' in rule ? rule.record : '',
      type: 'gauge',
      labels: [
        ...new Set([
          ...('record' in rule ? (rule.record.split(':')[0] ?? '').split('_') : []),
          ...('cases' in rule ? (rule.cases ?? []) : []).flatMap((each) =>
            'values' in each ? each.values.flatMap(({ labels }) => Object.keys(labels)) : [],
          ),
          ...TARGET,
        ]),
      ],
    }));
}
