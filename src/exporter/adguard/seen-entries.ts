/** Most entries that are remembered: with more, less of the past is looked at again. */
const MOST_REMEMBERED = 20_000;

/** Which entries were accounted, for as long as they may be met again. Times in nanoseconds since the epoch. */
export class SeenEntries {
  /** Id -> time in microseconds, which is exact enough to forget by. */
  readonly #times = new Map<number, number>();

  constructor(saved: Iterable<readonly [id: number, microseconds: number]> = []) {
    for (const [id, time] of saved) this.#times.set(id, time);
  }

  get size(): number {
    return this.#times.size;
  }

  has(id: number): boolean {
    return this.#times.has(id);
  }

  add(id: number, time: bigint): void {
    this.#times.set(id, Number(time / 1000n));
  }

  /**
   * Forgets what is not newer than a time, except these. Returns the time up to which entries are now unknown and must not
   * be accounted again: the given one, or a later one when there are too many.
   */
  forget(before: bigint, except: ReadonlySet<number>): bigint {
    const limit = Number(before / 1000n);
    for (const [id, time] of this.#times) if (time <= limit && !except.has(id)) this.#times.delete(id);
    if (this.#times.size <= MOST_REMEMBERED) return before;
    const newest = [...this.#times.values()].sort((a, b) => b - a);
    const cut = newest[MOST_REMEMBERED] ?? limit;
    for (const [id, time] of this.#times) if (time <= cut && !except.has(id)) this.#times.delete(id);
    const microseconds = BigInt(Math.trunc(cut)) * 1000n + 999n;
    return microseconds > before ? microseconds : before;
  }

  /** The newest of the entries that were added first, at most so many, for the state file. */
  recent(most: number, first: number): (readonly [id: number, microseconds: number])[] {
    return [...this.#times]
      .slice(0, first)
      .sort(([, a], [, b]) => b - a)
      .slice(0, most);
  }
}
