import type { Backoff } from './memory.ts';

/** The longest wait that there is, in milliseconds: that of a certificate that could not be issued. */
export const LONGEST_BACKOFF_MILLISECONDS = 32 * 3_600_000;

/** Whether a failure is still waited out. A time further off than any wait is of a clock that was set back since. */
export function isBackingOff(backoff: Pick<Backoff, 'notBefore'> | undefined, now: number): backoff is Backoff {
  return backoff !== undefined && backoff.notBefore > now && backoff.notBefore - now <= LONGEST_BACKOFF_MILLISECONDS;
}
