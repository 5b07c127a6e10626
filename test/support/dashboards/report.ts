import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataFrame } from '@grafana/data';
import { packageRoot } from '../../../src/desired/package-root.ts';
import type { DashboardJson, PanelJson } from './dashboard-json.ts';
import { rowsOf } from './prometheus-frames.ts';

/** What each panel of a dashboard would be drawn from. */
export interface Drawn {
  readonly dashboard: DashboardJson;
  readonly panels: readonly { readonly panel: PanelJson; readonly frames: readonly DataFrame[] }[];
}

const MOST_ROWS = 12;
const MOST_SERIES = 12;

/**
 * Writes .cache/dashboards/<name>.md for a person to read: without Grafana's front end there is no picture.
 *
 * @returns its path
 */
export function writeReport(name: string, { dashboard, panels }: Drawn): string {
  const directory = join(packageRoot(), '.cache/dashboards');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${name}.md`);
  const parts = panels.map(({ panel, frames }) => {
    const queries = (panel.targets ?? []).map(({ expr }) => `\`\`\`promql\n${expr}\n\`\`\``);
    return [`## ${panel.title} (${panel.type})`, panel.description ?? '', ...queries, ...tablesOf(frames)].join('\n\n');
  });
  const head = `# ${dashboard.title}\n\nWhat Prometheus answered in the test, behind Grafana's own transformations. No picture: that takes Grafana's front end.`;
  writeFileSync(path, `${[head, ...parts].join('\n\n')}\n`);
  return path;
}

/** A table for each frame of several columns; of courses one table of their last values. */
function tablesOf(frames: readonly DataFrame[]): string[] {
  const courses = frames.filter(({ fields }) => fields.length === 2);
  const tables = frames.filter(({ fields }) => fields.length !== 2).map((frame) => tableOf(rowsOf(frame)));
  if (courses.length === 0) return tables;
  const rows = courses.slice(0, MOST_SERIES).map(({ fields: [, value] }) => ({
    series: Object.entries(value?.labels ?? { bucket: value?.name ?? '' })
      .map(([label, text]) => `${label}=${text}`)
      .join(' '),
    points: value?.values.length ?? 0,
    last: (value?.values as readonly unknown[] | undefined)?.at(-1),
  }));
  const more = courses.length > MOST_SERIES ? [`… and ${courses.length - MOST_SERIES} series more`] : [];
  return [...tables, tableOf(rows), ...more];
}

function tableOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const text = (value: unknown): string => {
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4);
    return typeof value === 'string' ? value.replaceAll('|', '\\|') : '';
  };
  const shown = rows.slice(0, MOST_ROWS).map((row) => line(columns.map((column) => text(row[column]))));
  const more = rows.length > MOST_ROWS ? [`\n… and ${rows.length - MOST_ROWS} rows more`] : [];
  return [line(columns), line(columns.map(() => '---')), ...shown, ...more].join('\n');
}
