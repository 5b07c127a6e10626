import type { Clock } from '../../src/runtime/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Turns of the event loop that let chains of promises and finished file calls come to rest. */
const TURNS = 12;

/** A clock that stands still until a test advances it. Random numbers follow from the seed. */
export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  #random: number;
  readonly #timers = new Set<Timer>();

  constructor(options: { now?: number; seed?: number } = {}) {
    this.#now = options.now ?? Date.UTC(2026, 0, 1);
    this.#random = (options.seed ?? 1) >>> 0;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** mulberry32: small, and the same on every machine. */
  random(): number {
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let mixed = this.#random;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Timers that wait; a test may hold that none is left behind. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Time at which the next timer fires; undefined when none waits. */
  get nextAt(): number | undefined {
    return this.#next(Infinity)?.at;
  }

  /** Lets so much time pass: fires what falls due, in order, and lets promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
      await this.settle();
    }
    this.#now = end;
  }

  /** Moves the wall clock without firing anything, as a corrected system clock does. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Lets promises settle without letting time pass. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}
