import { SeriesBudget } from './budget.ts';
import { Family, type FamilyOptions } from './family.ts';
import { Histogram, type HistogramOptions } from './histogram.ts';

interface Rendered {
  render(lines: string[]): void;
}

/** All that is told on `/metrics`: bounded by family and in all, and written in Prometheus' text format (0.0.4). */
export class MetricStore {
  readonly budget: SeriesBudget;
  readonly #parts: Rendered[] = [];
  readonly #collectors: (() => void)[] = [];
  readonly #overflow: Family;
  readonly #size: Family;

  /** At most so many series in all (each histogram bucket is one), a few fixed ones of the exporter itself beside. */
  constructor(mostSeries: number) {
    this.budget = new SeriesBudget(mostSeries);
    const own = new SeriesBudget(Infinity);
    this.#overflow = new Family(
      {
        name: 'adguard_exporter_label_overflow_total',
        help: 'Events whose label set was not admitted because a cap was reached, by family.',
        type: 'counter',
        labels: ['family'],
        cap: 100,
      },
      own,
    );
    this.#size = new Family(
      { name: 'adguard_exporter_series', help: 'Series under the cap.', type: 'gauge', cap: 1 },
      own,
    );
    this.#parts.push(this.#overflow, this.#size);
  }

  family(options: FamilyOptions): Family {
    return this.add(new Family(options, this.budget));
  }

  histogram(options: HistogramOptions): Histogram {
    return this.add(new Histogram(options, this.budget));
  }

  /** Adds a part that writes its own lines. */
  add<Part extends Rendered>(part: Part): Part {
    this.#parts.push(part);
    return part;
  }

  /** Calls back before every page, for gauges that are read off something else. */
  beforeRender(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The page. */
  render(): string {
    for (const collect of this.#collectors) collect();
    for (const [family, count] of this.budget.overflows) this.#overflow.set([family], count);
    this.#size.set([], this.budget.used);
    const lines: string[] = [];
    for (const part of this.#parts) part.render(lines);
    lines.push('');
    return lines.join('\n');
  }
}
