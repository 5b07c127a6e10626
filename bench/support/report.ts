/** One table of the results. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How it was measured, a line each. */
  readonly notes: readonly string[];
}

/** A goal beside what was measured. */
export interface Verdict {
  readonly goal: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** What one part of the benchmark gives back. */
export interface Part {
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
}

/** A table as Markdown with aligned columns, which is readable on a terminal too. */
export function renderTable({ title, columns, rows, notes }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => (index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`### ${title}`, '', line(columns), rule, ...rows.map(line), '', ...notes.map((note) => `- ${note}`)].join(
    '\n',
  );
}

/** Goals as a table. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ goal, measured, reached }) => [goal, measured, reached ? 'yes' : '**no**']);
  return renderTable({ title: 'Goals', columns: ['goal', 'measured', 'reached'], rows, notes: [] }).trimEnd();
}
