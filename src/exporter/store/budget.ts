/** How many series the whole process may have. Families take from it before they make a series and give back after. */
export class SeriesBudget {
  readonly #most: number;
  readonly #overflows = new Map<string, number>();
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get used(): number {
    return this.#used;
  }

  /** Label sets that were refused, by family. */
  get overflows(): ReadonlyMap<string, number> {
    return this.#overflows;
  }

  /** Whether there is room for so many more series; if so they are taken. */
  take(series: number): boolean {
    if (this.#used + series > this.#most) return false;
    this.#used += series;
    return true;
  }

  give(series: number): void {
    this.#used -= series;
  }

  /** Counts an event whose label set was refused. */
  refused(family: string): void {
    this.#overflows.set(family, (this.#overflows.get(family) ?? 0) + 1);
  }
}
