import type { Family, LiveSeries } from './family.ts';

/** Counts in one family where what varies can be told by a small number, without looking the series up each time. */
export class SeriesMemo {
  readonly #family: Family;
  readonly #valuesOf: (number: number) => readonly string[];
  readonly #kept: (LiveSeries | undefined)[] = [];

  /** `valuesOf` gives the label values that a number stands for. */
  constructor(family: Family, valuesOf: (number: number) => readonly string[]) {
    this.#family = family;
    this.#valuesOf = valuesOf;
  }

  /** Counts one. */
  add(number: number): void {
    const kept = this.#kept[number];
    if (kept?.isLive === true) kept.value++;
    else this.#kept[number] = this.#family.addAndKeep(this.#valuesOf(number));
  }
}
