import type { Clock } from './clock.ts';

const DEBOUNCE_MILLISECONDS = 20;

/**
 * Collects reasons to look again. INVARIANTS: the first reason fires after the debounce; later ones join it and never
 * put it off, so a storm of events cannot starve the loop. Reasons that come while the taker works wait for its next
 * turn. One taker.
 */
export class DirtySet {
  readonly #clock: Clock;
  #reasons = new Set<string>();
  #ripe = false;
  #closed = false;
  #cancel: (() => void) | undefined;
  #taker: ((reasons: ReadonlySet<string> | undefined) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mark(reason: string): void {
    if (this.#closed) return;
    this.#reasons.add(reason);
    if (this.#cancel !== undefined || this.#ripe) return;
    this.#cancel = this.#clock.after(DEBOUNCE_MILLISECONDS, () => {
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
