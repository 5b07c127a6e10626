import { parseCron, nextTime } from '../../model/cron.ts';
import type { ObservedBackup, ObservedBackups } from '../../model/observed-backups.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import type { Resource } from '../../model/resource.ts';

/** When the next backup is to be made, and why. Milliseconds since the epoch. */
export interface Due {
  readonly at: number;
  readonly cause: 'first backup' | 'backup due' | 'backup asked for';
}

/**
 * When a Backup's next one is due: by its schedule since the beginning of the last good one, at once when there is none,
 * and when a human asked. A pure function of what lies there, so that a sleep, a crash or a lost state loses none.
 */
export function nextBackup(
  { key, spec }: Resource<'Backup'>,
  last: ObservedBackup | undefined,
  { memory, now }: Pick<PlanningInput, 'memory' | 'now'>,
): Due {
  const asked = memory.backupRequests[key];
  if (asked !== undefined && (last === undefined || asked > last.startedAt))
    return { at: asked, cause: 'backup asked for' };
  if (last === undefined) return { at: now, cause: 'first backup' };
  // Made before the clock was set back: nobody knows how long ago that was.
  if (last.startedAt > now) return { at: now, cause: 'backup due' };
  const cron = parseCron(spec.schedule);
  const next = typeof cron === 'string' ? undefined : nextTime(cron, last.startedAt);
  return { at: next ?? Infinity, cause: 'backup due' };
}

/** The newest backup that can be relied on. */
export function lastGood(found: ObservedBackups | undefined, verify: boolean): ObservedBackup | undefined {
  if (found?.state !== 'seen') return undefined;
  return found.complete.findLast(({ isVerified }) => !verify || isVerified);
}
