import type { MetricObject } from 'prom-client';
import { systemClock } from '../../src/runtime/clock.ts';
import { Metrics } from '../../src/status/metrics.ts';
import { cell, code, table } from './table.ts';

/** The table of docs/metrics.md: every metric that the operator's registry holds, its own first. */
export function metricsTable(): string {
  const all = registered();
  const own = all.filter(({ name }) => name.startsWith('bastion_'));
  const others = all.filter(({ name }) => !name.startsWith('bastion_'));
  return [
    rowsOf(own),
    '',
    'Of the process, as [prom-client](https://github.com/siimon/prom-client) tells them:',
    '',
    rowsOf(others),
  ].join('\n');
}

/** Name, help, type and labels of every metric, by name. */
export function registered(): MetricObject[] {
  const { registry } = new Metrics({ clock: systemClock, version: '' });
  // What is registered has its label names, which the library's type leaves out.
  const found = registry.getMetricsAsArray();
  registry.clear();
  return [...found].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function rowsOf(metrics: readonly MetricObject[]): string {
  const rows = metrics.map((metric) => [code(metric.name), typeOf(metric), labelsOf(metric), cell(metric.help)]);
  return table(['metric', 'type', 'labels', 'is'], rows);
}

function typeOf({ type }: MetricObject): string {
  return String(type);
}

function labelsOf(metric: MetricObject): string {
  const { labelNames } = metric as MetricObject & { readonly labelNames?: readonly string[] };
  return (labelNames ?? []).map(code).join(', ');
}
