/** Middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Linear between the neighbours; `share` 0.95 for the 95th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** A number with as many digits as it deserves. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '-';
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `1.23x`. */
export function ratio(value: number, floor: number): string {
  return Number.isNaN(value / floor) ? '-' : `${(value / floor).toFixed(2)}x`;
}
