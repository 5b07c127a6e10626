import type { DataFrame, Field } from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import type { PanelJson, TargetJson } from './dashboard-json.ts';
import { asInBrowser, grafanaData } from './grafana-data.ts';

/** A series as Prometheus answers it: one value, or several. */
export interface AnsweredSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** What one query was answered with. */
export interface Answer {
  readonly target: TargetJson;
  readonly series: readonly AnsweredSeries[];
}

/**
 * Frames of the answers to a panel as Grafana's Prometheus data source makes them: a frame a series, or for the format
 * `table` one of all, labels as columns; for `heatmap` a frame of the differences of buckets, which are told summed up.
 */
export function framesOf(answers: readonly Answer[]): DataFrame[] {
  return answers.flatMap(({ target, series }) => {
    if (target.format === 'table') return series.length === 0 ? [] : [tableFrame(target, series)];
    if (target.format === 'heatmap') return bucketFrames(target, series);
    return series.map((each) => seriesFrame(target, each));
  });
}

/** The frames after the panel's own transformations, by Grafana's own transformers. */
export async function transformed(panel: PanelJson, frames: DataFrame[]): Promise<DataFrame[]> {
  const data = grafanaData();
  const { standardTransformersRegistry: registry } = data;
  for (const transformation of Object.values(data.standardTransformers)) {
    const { id, name } = transformation;
    if (registry.getIfExists(id) !== undefined) continue;
    registry.register({ id, name, transformation, editor: () => null, imageDark: '', imageLight: '' });
  }
  const wanted = (panel.transformations ?? []).map((each) => ({ ...each, options: { ...each.options } }));
  return asInBrowser(() => firstValueFrom(data.transformDataFrame(wanted, frames)));
}

/** Rows of a frame, by field. */
export function rowsOf(frame: DataFrame): Record<string, unknown>[] {
  return Array.from({ length: frame.length }, (_, row) =>
    Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[row] as unknown])),
  );
}

function points({ value, values }: AnsweredSeries): readonly (readonly [number, string])[] {
  return values ?? (value === undefined ? [] : [value]);
}

function field(name: string, values: unknown[], type: Field['type'], labels?: Readonly<Record<string, string>>): Field {
  return { name, type, config: {}, values, ...(labels === undefined ? {} : { labels }) };
}

function seriesFrame({ refId }: TargetJson, series: AnsweredSeries): DataFrame {
  const { FieldType } = grafanaData();
  const read = points(series);
  return {
    refId,
    length: read.length,
    fields: [
      field(
        'Time',
        read.map(([time]) => time * 1000),
        FieldType.time,
      ),
      field(
        'Value',
        read.map(([, value]) => Number(value)),
        FieldType.number,
        series.metric,
      ),
    ],
  };
}

function tableFrame({ refId }: TargetJson, series: readonly AnsweredSeries[]): DataFrame {
  const { FieldType } = grafanaData();
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const cells = series.map((each) => ({ metric: each.metric, point: points(each).at(-1) ?? ([0, 'NaN'] as const) }));
  return {
    refId,
    length: cells.length,
    fields: [
      field(
        'Time',
        cells.map(({ point }) => point[0] * 1000),
        FieldType.time,
      ),
      ...labels.map((label) =>
        field(
          label,
          cells.map(({ metric }) => metric[label] ?? ''),
          FieldType.string,
        ),
      ),
      field(
        'Value',
        cells.map(({ point }) => Number(point[1])),
        FieldType.number,
      ),
    ],
  };
}

function bucketFrames(target: TargetJson, series: readonly AnsweredSeries[]): DataFrame[] {
  const bound = ({ metric }: AnsweredSeries): number => Number((metric['le'] ?? '').replace('+Inf', 'Infinity'));
  const sorted = [...series].sort((one, other) => bound(one) - bound(other));
  return sorted.map((each, index) => {
    const frame = seriesFrame(target, each);
    const below = new Map(points(sorted[index - 1] ?? { metric: {} }).map(([time, value]) => [time, Number(value)]));
    const values = points(each).map(([time, value]) => Number(value) - (below.get(time) ?? 0));
    return {
      ...frame,
      fields: frame.fields.map((own) =>
        own.name === 'Value' ? { ...own, name: each.metric['le'] ?? '', values } : own,
      ),
    };
  });
}
