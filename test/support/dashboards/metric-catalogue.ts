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
}

/** Labels that Prometheus adds to whatever it scrapes. */
const TARGET = ['job', 'instance'];

/**
 * Every metric that a dashboard may read, by the names of its series: those of the operator from its registry, those of
 * the exporter from their page (which a test holds equal to the program), what rules record, and what is known of others.
 */
export async function metricCatalogue(): Promise<ReadonlyMap<string, KnownMetric>> {
  const all = [...operatorMetrics(), ...exporterMetrics(), ...(await recorded()), ...FOREIGN_METRICS];
  return new Map(all.flatMap((metric) => seriesOf(metric).map((series) => [series.name, series] as const)));
}

/** A histogram is three metrics, all of which only grow. */
function seriesOf(metric: KnownMetric): KnownMetric[] {
  if (metric.type !== 'histogram') return [metric];
  return ['_bucket', '_sum', '_count'].map((suffix) => ({
    name: metric.name + suffix,
    type: 'counter',
    labels: suffix === '_bucket' ? [...metric.labels, 'le'] : metric.labels,
  }));
}

function operatorMetrics(): KnownMetric[] {
  const { registry } = new Metrics({ clock: new FakeClock(), version: '0.0.0', processMetrics: false });
  return registry.getMetricsAsArray().map(({ name, type }) => {
    const { labelNames } = registry.getSingleMetric(name) as Metric & { readonly labelNames: readonly string[] };
    return { name, type: String(type) as KnownMetric['type'], labels: [...labelNames, ...TARGET] };
  });
}

function exporterMetrics(): KnownMetric[] {
  const page = readFileSync(join(packageRoot(), 'docs/exporter-metrics.md'), 'utf8');
  return [...page.matchAll(/^\| `(\w+)` +\| (counter|gauge|histogram) +\|([^|]*)\|/gm)].map(
    ([, name = '', type, labels = '']) => ({
      name,
      type: type as KnownMetric['type'],
      labels: [...[...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label), ...TARGET],
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
