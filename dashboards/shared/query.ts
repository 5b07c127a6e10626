import { DataqueryBuilder, PromQueryFormat, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATA_SOURCE } from './names.ts';

/** One question to Prometheus. */
export interface Query {
  readonly expr: string;
  /** How a series is called; absent: by its labels. */
  readonly legend?: string;
  /** At one moment, the end of the chosen time, and not over it. */
  readonly instant?: boolean;
  /** What becomes of the answer; absent: a series each. `heatmap` makes buckets of what was summed up to them. */
  readonly format?: 'table' | 'heatmap';
  /** Absent: A, B, ... in order. */
  readonly refId?: string;
}

const FORMATS = {
  series: PromQueryFormat.TimeSeries,
  table: PromQueryFormat.Table,
  heatmap: PromQueryFormat.Heatmap,
} as const;

/** Over the chosen time. */
export function course(expr: string, legend?: string): Query {
  return { expr, ...(legend === undefined ? {} : { legend }) };
}

/** As it is at the end of the chosen time. */
export function now(expr: string, legend?: string): Query {
  return { ...course(expr, legend), instant: true };
}

export function target(query: Query, position: number): DataqueryBuilder {
  const { expr, legend, instant = false, format, refId = String.fromCharCode(65 + position) } = query;
  const made = new DataqueryBuilder()
    .refId(refId)
    .datasource(DATA_SOURCE)
    .editorMode(QueryEditorMode.Code)
    .expr(expr)
    .format(FORMATS[format ?? 'series'])
    .exemplar(false);
  const timed = instant ? made.instant() : made.range();
  return legend === undefined ? timed : timed.legendFormat(legend);
}
