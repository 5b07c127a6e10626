import type { Remediation } from '../../model/memory.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ObservedTarget } from '../../model/observed-services.ts';
import { scrapeErrorKind } from './scrape-error.ts';

const FIRST_MILLISECONDS = 30_000;
const LONGEST_MILLISECONDS = 300_000;
/** What was up for so long is well again. */
const PROVED_MILLISECONDS = 600_000;

export interface RemediationInput {
  readonly target: ObservedTarget;
  /** The container that serves it, while it runs; undefined: none of ours runs. */
  readonly container: Pick<ObservedContainer, 'startedAt'> | undefined;
  /** Restarts of the same spec so far. */
  readonly done: Pick<Remediation, 'restarts' | 'at'> | undefined;
  readonly maxRestarts: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type RemediationDecision =
  /** There is nothing to mend, or nothing that a restart would mend. */
  | { readonly type: 'none' }
  /** Restart now; the count after it. */
  | { readonly type: 'restart'; readonly restarts: number }
  /** Restart at this time (milliseconds since the epoch) if it is still down. */
  | { readonly type: 'wait'; readonly at: number }
  /** As often as allowed: hands off. */
  | { readonly type: 'exhausted' }
  /** Up for long enough that earlier restarts do not count any more. */
  | { readonly type: 'forget' }
  /** Up, but not for long enough: at this time (milliseconds since the epoch). */
  | { readonly type: 'proving'; readonly at: number };

/**
 * What to do about the container of a target whose scrape fails: it is restarted, each time after twice the wait, up to a
 * limit. A restart is for what hangs: certificates, limits and wrong answers are not mended by one.
 */
export function nextRemediation({ target, container, done, maxRestarts, now }: RemediationInput): RemediationDecision {
  const restarts = done?.restarts ?? 0;
  if (target.health === 'up') {
    if (restarts === 0) return { type: 'none' };
    const at = target.since + PROVED_MILLISECONDS;
    return at <= now ? { type: 'forget' } : { type: 'proving', at };
  }
  if (target.health !== 'down' || container === undefined || maxRestarts === 0) return { type: 'none' };
  if (scrapeErrorKind(target.lastError) !== 'unreachable') return { type: 'none' };
  if (restarts >= maxRestarts) return { type: 'exhausted' };
  // What failed before the container's last start says nothing about it; one that lies ahead is of another clock.
  if (container.startedAt <= now && target.lastScrape <= container.startedAt)
    return { type: 'wait', at: now + FIRST_MILLISECONDS };
  const wait = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.min(20, restarts));
  const begins = [target.since, container.startedAt, done?.at ?? 0].filter((at) => at <= now);
  const at = Math.max(0, ...begins) + wait;
  return at <= now ? { type: 'restart', restarts: restarts + 1 } : { type: 'wait', at };
}
