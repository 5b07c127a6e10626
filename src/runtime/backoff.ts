import { LONGEST_BACKOFF_MILLISECONDS } from '../model/backing-off.ts';
import type { Backoff } from '../model/memory.ts';
import type { OutcomeError } from '../model/outcome.ts';

const FIRST_MILLISECONDS = 1_000;
const LIMIT_MILLISECONDS = 5 * 60_000;
const MINUTE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 3_600_000;
/** An authority that cannot sign, or signs what does not verify: trying again soon makes keys and certificates only. */
const ISSUE_FAILED = 'ISSUE_FAILED';
/** A disk that is full, or away, is so for a while, and each try moves gigabytes. */
const BACKUP_FAILED = 'BACKUP_FAILED';
const PATIENT: Readonly<Record<string, { readonly first: number; readonly limit: number }>> = {
  [ISSUE_FAILED]: { first: HOUR_MILLISECONDS, limit: LONGEST_BACKOFF_MILLISECONDS },
  [BACKUP_FAILED]: { first: MINUTE_MILLISECONDS, limit: HOUR_MILLISECONDS },
};

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
 * certificate waits 1 h doubling to 32 h, exactly, as cert-manager's do: there is time, since renewals begin early. One of a
 * backup waits 1 min doubling to 1 h.
 */
export function nextBackoff(previous: Backoff | undefined, failure: Failure): Backoff {
  const isSame =
    previous !== undefined &&
    previous.specHash === failure.specHash &&
    // A long wait is for failures of its own kind only.
    PATIENT[previous.error.code] === PATIENT[failure.error.code];
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
  const patient = PATIENT[error.code];
  if (patient !== undefined) return Math.min(patient.limit, patient.first * 2 ** (failures - 1));
  return Math.ceil(backoffCeiling(failures) * random);
}

/** Longest wait in milliseconds after so many failures in a row. */
export function backoffCeiling(failures: number): number {
  return Math.min(LIMIT_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.max(0, failures - 1));
}
