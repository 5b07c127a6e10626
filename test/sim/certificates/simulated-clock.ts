import type { Clock } from '../../../src/runtime/clock.ts';
import type { Chance } from './chance.ts';

/** What waits no longer than this waits for the time alone, which then passes at once. */
const PAUSE_MILLISECONDS = 500;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that moves when the simulation says so, or when somebody pauses. */
export class SimulatedClock implements Clock {
  #now: number;
  readonly #chance: Chance;
  readonly #timers = new Set<Timer>();

  constructor(now: number, chance: Chance) {
    this.#now = now;
    this.#chance = chance;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#chance.next();
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    if (milliseconds <= PAUSE_MILLISECONDS) setImmediate(() => this.pass(Math.max(0, timer.at - this.#now)));
    return () => this.#timers.delete(timer);
  }

  /** Lets so much time pass; what falls due is called. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }

  /** Sets the clock, as a corrected system clock is. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
