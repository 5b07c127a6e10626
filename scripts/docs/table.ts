/** A table in Markdown; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text for a cell. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Text for a cell, as code. */
export function code(text: string): string {
  return `\`${cell(text)}\``;
}
