import type { Clock } from '../runtime/clock.ts';

/** Resolves after so many milliseconds of the clock. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
