import type { BackupStatus } from '../../model/backup-status.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import { lastGood } from './due.ts';

/** What there is of every Backup that is wanted; where its directory cannot be read, what is remembered. */
export function backupStatuses({
  desired,
  observed,
  memory,
}: Pick<PlanningInput, 'desired' | 'observed' | 'memory'>): BackupStatus[] {
  return desired.resources.flatMap((resource) => {
    if (resource.kind !== 'Backup') return [];
    const { key, spec } = resource;
    const found = observed.backups[key];
    const last = lastGood(found, spec.verify) ?? memory.backups[key];
    return { key, ...(last && { last }), count: found?.state === 'seen' ? found.complete.length : 0 };
  });
}
