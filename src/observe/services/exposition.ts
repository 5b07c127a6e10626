/** Of a page of metrics those that were asked for, by name; of several series of a name the sum. Absent: not on the page. */
export function readSamples(page: string, names: readonly string[]): ReadonlyMap<string, number> {
  const wanted = new Set(names);
  const sums = new Map<string, number>();
  for (const line of page.split('\n')) {
    const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0];
    if (name === undefined || !wanted.has(name)) continue;
    // Label values may hold spaces and braces; value and time come after the last brace.
    const rest = line.slice(line.lastIndexOf('}') + 1 || name.length).trim();
    const value = Number(rest.split(/\s+/)[0]);
    if (Number.isFinite(value)) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}

/** Value of a label of the first series of a name; undefined when there is none. Escapes are left as they are. */
export function readLabel(page: string, name: string, label: string): string | undefined {
  const series = new RegExp(`^${name}\\{.*?\\b${label}="((?:[^"\\\\]|\\\\.)*)"`, 'm');
  return series.exec(page)?.[1];
}
