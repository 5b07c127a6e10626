import type { Clock } from './clock.ts';

/**
 * Calls a function now and again so many milliseconds after it ended, for as long as it is not stopped. What it rejects
 * with goes to `onError`, and it is called again all the same. Stopping waits for a call that runs.
 */
export function repeat(
  clock: Clock,
  every: number | (() => number),
  act: () => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => undefined;
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = act()
      .catch(onError)
      .then(() => {
        if (!stopped) cancel = clock.after(typeof every === 'number' ? every : every(), run);
      });
  };
  run();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
