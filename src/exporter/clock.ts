import type { Clock } from '../runtime/clock.ts';

export type { Clock };

/** Real time. The operator's own clock is behind a wall: the two programs share types, never code. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
