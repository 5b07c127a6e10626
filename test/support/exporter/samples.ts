/** Samples of a metrics page by name and labels as they are written there. Throws on a line that is no sample. */
export function samplesOf(page: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-z_:]+(?:\{.*\})?) (\S+)$/s.exec(line);
    if (match?.[1] === undefined) throw new Error(`no sample: ${line}`);
    if (samples.has(match[1])) throw new Error(`twice on one page: ${match[1]}`);
    samples.set(match[1], match[2] === '+Inf' ? Infinity : Number(match[2]));
  }
  return samples;
}

/** Sum of all samples of one name. */
export function totalOf(samples: ReadonlyMap<string, number>, name: string): number {
  let total = 0;
  for (const [series, value] of samples) if (series === name || series.startsWith(`${name}{`)) total += value;
  return total;
}

/** Value of a label in a series' text; undefined: it has none. */
export function labelOf(series: string, label: string): string | undefined {
  return new RegExp(`[{,]${label}="((?:[^"\\\\]|\\\\.)*)"`).exec(series)?.[1];
}
