import { TableCellBackgroundDisplayMode, TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { part, type PanelSpec, type Part } from './panel.ts';

export interface MatrixSpec extends Omit<PanelSpec, 'queries' | 'transformations' | 'overrides' | 'steps' | 'alarm'> {
  readonly expr: string;
  /** Labels that name the rows and the columns. */
  readonly row: string;
  readonly column: string;
}

/**
 * A matrix whose cells are the darker, the larger: Grafana's heat map has time on its axis and cannot have names on both.
 * The value keeps one name whatever the query answers, since there is one query only.
 */
export function matrix({ expr, row, column, ...spec }: MatrixSpec): Part {
  const builder = new Table().showHeader(true).cellOptions({
    type: TableCellDisplayMode.ColorBackground,
    mode: TableCellBackgroundDisplayMode.Gradient,
  });
  const made = part(builder, {
    ...spec,
    min: 0,
    queries: [{ expr, instant: true, format: 'table' }],
    transformations: [
      {
        id: 'groupingToMatrix',
        options: { rowField: row, columnField: column, valueField: 'Value', emptyValue: 'null' },
      },
    ],
  });
  builder.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues));
  return made;
}
