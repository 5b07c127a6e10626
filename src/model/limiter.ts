/**
 * Runs at most `limit` tasks side by side, the others in the order in which they came. A task's failure is its own:
 * the promise of that task rejects and the next one starts.
 *
 * @param limit asked again whenever a task comes or ends, where it may change
 */
export function createLimiter(limit: number | (() => number)): <T>(task: () => Promise<T>) => Promise<T> {
  const most = typeof limit === 'number' ? () => limit : limit;
  const waiting: (() => void)[] = [];
  let running = 0;
  const admit = (): void => {
    while (waiting.length > 0 && running < most()) {
      running++;
      waiting.shift()?.();
    }
  };
  return async (task) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      admit();
    });
    try {
      return await task();
    } finally {
      running--;
      admit();
    }
  };
}
