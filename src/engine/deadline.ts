/** A running deadline. */
export interface Deadline {
  /** Starts it anew: something moved. */
  extend(): void;
  /** Must be called once it is no longer needed, or it keeps the process alive. */
  cancel(): void;
}

/** Calls back once when so many milliseconds pass without `extend` or `cancel`. */
export function startDeadline(milliseconds: number, expired: () => void): Deadline {
  const timer = setTimeout(expired, milliseconds);
  return { extend: () => void timer.refresh(), cancel: () => clearTimeout(timer) };
}

/**
 * Runs `work` and rejects with `expired()` when it is not settled in so many milliseconds, whether it heeds its signal
 * or not. The signal carries the same error as its reason.
 */
export async function withDeadline<T>(
  milliseconds: number,
  expired: () => Error,
  work: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return await new Promise<T>((resolve, reject) => {
    const deadline = startDeadline(milliseconds, () => {
      const error = expired();
      reject(error);
      controller.abort(error);
    });
    work(controller.signal, deadline)
      .then(resolve, reject)
      .finally(() => deadline.cancel());
  });
}

/** Resolves after so many milliseconds. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
}
