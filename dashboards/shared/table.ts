import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { part, thresholds, type Link, type PanelSpec, type Part, type Steps } from './panel.ts';

/** A column of a table. What has an expression is a number of its own; the others are labels of the rows. */
export interface Column {
  /** Name of the label, or of the number. */
  readonly field: string;
  readonly title: string;
  /** Its labels must be among those of the first number; equal labels make one row. */
  readonly expr?: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly steps?: Steps;
  readonly mappings?: readonly ValueMapping[];
  readonly link?: Link;
  /** Not shown: what a link of another column reads. */
  readonly isHidden?: boolean;
  readonly width?: number;
}

export interface TableSpec extends Omit<PanelSpec, 'queries' | 'transformations' | 'overrides' | 'steps'> {
  readonly columns: readonly Column[];
  /** Column by which it is sorted, the largest first. */
  readonly sortBy: string;
  /** The smallest first. */
  readonly isAscending?: boolean;
}

const STAT = 'stat';

/**
 * A table of several numbers for each row, out of one question. Each number carries its name in a label, of which Grafana
 * makes real field names; a table of several queries would call its columns by which of them had an answer.
 */
export function table(spec: TableSpec): Part {
  const { columns, sortBy, isAscending = false } = spec;
  const numbers = columns.filter(({ expr }) => expr !== undefined);
  const expr = numbers
    // Multiplied, so that the name of a recorded series goes, which would become a column, too.
    .map((column) => `label_replace(1 * (${column.expr ?? ''}), "${STAT}", "${column.field}", "", "")`)
    .join('\nor\n');
  const titleOf = columns.find(({ field }) => field === sortBy)?.title ?? sortBy;
  const builder = new Table()
    .showHeader(true)
    .sortBy([new TableSortByFieldStateBuilder().displayName(titleOf).desc(!isAscending)]);
  return part(builder, {
    ...spec,
    queries: [{ expr, instant: true }],
    transformations: [
      { id: 'labelsToFields', options: { mode: 'columns', valueLabel: STAT } },
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
          renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
        },
      },
    ],
    overrides: columns.map((column) => ({ field: column.field, properties: propertiesOf(column) })),
  });
}

function propertiesOf({
  unit,
  decimals,
  steps,
  mappings,
  link,
  isHidden,
  width,
}: Column): readonly DynamicConfigValue[] {
  const coloured = { type: TableCellDisplayMode.ColorText };
  return [
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(mappings === undefined ? [] : [{ id: 'mappings', value: mappings }]),
    ...(steps === undefined
      ? []
      : [
          { id: 'thresholds', value: thresholds(steps).build() },
          { id: 'color', value: { mode: 'thresholds' } },
          { id: 'custom.cellOptions', value: coloured },
        ]),
    ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
    ...(isHidden === true ? [{ id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: false } }] : []),
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
  ];
}
