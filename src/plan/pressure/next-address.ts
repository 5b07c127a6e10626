import type { Level } from '../../model/levels.ts';
import type { ObservedTarget } from '../../model/observed-services.ts';
import { mayBeOfName, scrapeErrorKind } from '../scrape/scrape-error.ts';

/** A name that failed for a moment only is not given up. */
const PATIENCE_MILLISECONDS = 30_000;
const FIRST_TRIAL_MILLISECONDS = 600_000;
const LONGEST_TRIAL_MILLISECONDS = 6 * 3_600_000;
/** A name that resolved for so long has proved itself; its next failure counts as its first. */
const PROVED_MILLISECONDS = LONGEST_TRIAL_MILLISECONDS;

export interface AddressInput {
  /** Undefined: Prometheus was not asked, or does not scrape it. */
  readonly target: ObservedTarget | undefined;
  readonly level: Level | undefined;
  /** What may stand in for the name; undefined: nothing, now. */
  readonly address: string | undefined;
  readonly isEnabled: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface AddressChange {
  readonly level: 0 | 1;
  readonly address?: string;
  readonly failures?: number;
  readonly cause: string;
}

export interface AddressDecision {
  /** Absent: it stays. */
  readonly change?: AddressChange;
  /** Milliseconds since the epoch at which it changes if nothing else does; absent: it does not. */
  readonly at?: number;
}

/**
 * Whether a target is scraped by its name or by an address. An address stands in once the name has not resolved for a
 * while; then the name gets another trial from time to time, each after twice the wait. An address that changed is
 * followed.
 */
export function nextAddress(input: AddressInput): AddressDecision {
  const { level, isEnabled, address, now } = input;
  if (level === undefined || level.level === 0) return isEnabled ? byName(input) : {};
  if (!isEnabled) return { change: { level: 0, cause: 'the address is switched off in the manifest' } };
  const failures = level.failures ?? 1;
  if (address !== undefined && address !== level.address)
    return { change: { level: 1, address, failures, cause: `its address changed from ${level.address ?? 'none'}` } };
  const wait = trialAfter(failures);
  // A change that lies further ahead than the wait is of a clock that was set back since.
  const at = level.since - now > wait ? now : level.since + wait;
  return at > now ? { at } : { change: { level: 0, failures, cause: 'trying the name again' } };
}

function byName({ target, level, address, now }: AddressInput): AddressDecision {
  if (target?.health !== 'down' || !mayBeOfName(target.lastError) || address === undefined) return {};
  const at = target.since + PATIENCE_MILLISECONDS;
  if (at > now && target.since <= now) return { at };
  const isRecent = level !== undefined && Math.abs(now - level.since) < PROVED_MILLISECONDS;
  const failures = (isRecent ? (level.failures ?? 0) : 0) + 1;
  const what = scrapeErrorKind(target.lastError) === 'name' ? 'its name does not resolve' : 'perhaps it is its name';
  return { change: { level: 1, address, failures, cause: `${what}: ${target.lastError}` } };
}

/** Milliseconds from taking the address to the next trial of the name. */
function trialAfter(failures: number): number {
  return Math.min(LONGEST_TRIAL_MILLISECONDS, FIRST_TRIAL_MILLISECONDS * 2 ** Math.min(20, Math.max(0, failures - 1)));
}
