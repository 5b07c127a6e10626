import { LONGEST_BACKOFF_MILLISECONDS } from '../model/backing-off.ts';
import type { Backoff } from '../model/memory.ts';
import type { OutcomeError } from '../model/outcome.ts';

const FIRST_MILLISECONDS = 1_000;
const LIMIT_MILLISECONDS = 5 * 60_000;
const HOUR_MILLISECONDS = 3_600_000;
/** An authority that cannot sign, or signs what does not verify: trying again soon makes keys and certificates only. */
const ISSUE_FAILED = 'ISSUE_FAILED';

export interface Failure {
  /** Hash of the spec that failed; another one than before starts afresh. */
  readonly specHash: string;
  readonly error: OutcomeError;
  /** Not to be tried again before the spec changes. */
  readonly terminal: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/**
 * The next backoff of a resource: 1 s doubling to 5 min with full jitter, so that resources that failed together do not
 * come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). A failure to issue a
 * certificate waits 1 h doubling to 32 h, exactly, as cert-manager's do: there is time, since renewals begin early.
 */
export function nextBackoff(previous: Backoff | undefined, failure: Failure): Backoff {
  const isSame =
    previous !== undefined &&
    previous.specHash === failure.specHash &&
    // A wait of hours is for failures of its own kind only.
    (previous.error.code === ISSUE_FAILED) === (failure.error.code === ISSUE_FAILED);
  const failures = isSame ? previous.failures + 1 : 1;
  return {
    specHash: failure.specHash,
    failures,
    notBefore: failure.now + waitAfter(failures, failure),
    error: failure.error,
    terminal: failure.terminal,
  };
}

function waitAfter(failures: number, { error, random }: Failure): number {
  if (error.code === ISSUE_FAILED)
    return Math.min(LONGEST_BACKOFF_MILLISECONDS, HOUR_MILLISECONDS * 2 ** (failures - 1));
  return Math.ceil(backoffCeiling(failures) * random);
}

/** Longest wait in milliseconds after so many failures in a row. */
export function backoffCeiling(failures: number): number {
  return Math.min(LIMIT_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.max(0, failures - 1));
}
