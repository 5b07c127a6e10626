import type { SeriesBudget } from './budget.ts';
import { boundedValue, labelText, valueText } from './series-labels.ts';

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** Upper bounds, ascending, without infinity. */
  readonly bounds: readonly number[];
  /** Most values of the label; what comes after goes to `other`. */
  readonly cap: number;
}

interface Series {
  readonly heads: readonly string[];
  /** Events by bucket, not yet summed up; the last is beyond all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

/** A histogram with one label. */
export class Histogram {
  readonly name: string;
  readonly #options: HistogramOptions;
  readonly #budget: SeriesBudget;
  readonly #series = new Map<string, Series>();

  constructor(options: HistogramOptions, budget: SeriesBudget) {
    this.name = options.name;
    this.#options = options;
    this.#budget = budget;
  }

  /** Counts a duration in seconds. What is not a finite number of at least 0 is passed over. */
  observe(value: string, seconds: number): void {
    if (!(seconds >= 0 && seconds < Infinity)) return;
    const series = this.#series.get(value) ?? this.#find(boundedValue(value));
    if (series === undefined) return;
    const { bounds } = this.#options;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? Infinity)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  remove(value: string): void {
    if (this.#series.delete(boundedValue(value))) this.#budget.give(this.#width);
  }

  render(lines: string[]): void {
    if (this.#series.size === 0) return;
    lines.push(`# HELP ${this.name} ${this.#options.help}`, `# TYPE ${this.name} histogram`);
    for (const { heads, counts, sum } of this.#series.values()) {
      let total = 0;
      counts.forEach((count, bucket) => {
        total += count;
        lines.push(`${heads[bucket]} ${total}`);
      });
      lines.push(`${heads[counts.length]} ${valueText(sum)}`, `${heads[counts.length + 1]} ${total}`);
    }
  }

  get #width(): number {
    return this.#options.bounds.length + 3;
  }

  #find(value: string): Series | undefined {
    const found = this.#series.get(value);
    if (found !== undefined) return found;
    if (value !== 'other' && this.#series.size >= this.#options.cap) {
      this.#budget.refused(this.name);
      return this.#find('other');
    }
    if (!this.#budget.take(this.#width)) {
      this.#budget.refused(this.name);
      return undefined;
    }
    const { label, bounds } = this.#options;
    const text = (suffix: string, more: string = ''): string =>
      `${this.name}_${suffix}${labelText([label], [value], more)}`;
    const series = {
      heads: [...bounds.map(String), '+Inf']
        .map((bound) => text('bucket', `le="${bound}"`))
        .concat(text('sum'), text('count')),
      counts: new Float64Array(bounds.length + 1),
      sum: 0,
    };
    this.#series.set(value, series);
    return series;
  }
}
