import type { Clock } from './clock.ts';

export const DEBOUNCE_MILLISECONDS = 20;

/**
 * Collects reasons to look again. INVARIANTS: the first reason fires after its delay; later ones join it, may hasten it
 * and never put it off, so a storm of events cannot starve the loop. Reasons that come while the taker works wait for
 * its next turn. One taker.
 */
export class DirtySet {
  readonly #clock: Clock;
  #reasons = new Set<string>();
  #ripe = false;
  #closed = false;
  #cancel: (() => void) | undefined;
  /** Milliseconds since the epoch at which the reasons so far become ripe. */
  #dueAt = 0;
  #taker: ((reasons: ReadonlySet<string> | undefined) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param delayMilliseconds the longest that the reason may wait while the taker is free */
  mark(reason: string, delayMilliseconds = DEBOUNCE_MILLISECONDS): void {
    if (this.#closed) return;
    this.#reasons.add(reason);
    const dueAt = this.#clock.now() + delayMilliseconds;
    if (this.#ripe || (this.#cancel !== undefined && this.#dueAt <= dueAt)) return;
    this.#cancel?.();
    this.#dueAt = dueAt;
    this.#cancel = this.#clock.after(delayMilliseconds, () => {
      this.#cancel = undefined;
      this.#ripe = true;
      this.#hand();
    });
  }

  /** The reasons so far once there is one that is ripe; undefined after `close`. */
  next(): Promise<ReadonlySet<string> | undefined> {
    return new Promise((resolve) => {
      this.#taker = resolve;
      this.#hand();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#hand();
  }

  #hand(): void {
    if (this.#taker === undefined || !(this.#ripe || this.#closed)) return;
    const taker = this.#taker;
    const reasons = this.#reasons;
    this.#taker = undefined;
    this.#reasons = new Set();
    this.#ripe = false;
    taker(this.#closed ? undefined : reasons);
  }
}
