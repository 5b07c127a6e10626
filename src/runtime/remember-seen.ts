import type { Key } from '../model/key.ts';
import type { Observed } from '../model/observed.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { DesiredState } from '../model/resource.ts';
import { lastGood } from '../plan/backup/due.ts';
import { gateWitnesses } from '../plan/build-plan.ts';
import { newOldest } from '../plan/service/oldest-sample.ts';
import { nextWanted } from '../plan/next-wanted.ts';
import { newSentinels } from '../plan/sentinel.ts';
import type { MemoryStore } from './memory-store.ts';

/** Remembers, before a pass plans, what a later one can no longer see. What it made possible to remove is on the disk then. */
export async function rememberSeen(
  memory: MemoryStore,
  { desired, observed, busy, now }: Pick<PlanningInput, 'desired' | 'observed' | 'busy' | 'now'>,
): Promise<void> {
  for (const [key, witness] of Object.entries(gateWitnesses({ desired, memory: memory.current, now })))
    memory.set('gateWitness', key as Key, witness);
  for (const [key, sentinel] of Object.entries(newSentinels({ desired, observed, memory: memory.current })))
    memory.set('sentinels', key as Key, sentinel);
  const oldest = newOldest({ desired, observed, memory: memory.current, now });
  for (const [key, sample] of Object.entries(oldest)) memory.set('oldest', key as Key, sample);
  rememberBackups(memory, desired, observed);
  const seen = { desired, observed, busy, memory: memory.current };
  const wanted = nextWanted(seen, { claims: memory.isOlder });
  if (memory.isOlder || wanted !== memory.current.wanted) await memory.recordWanted(wanted);
}

/** Also without it nothing is lost: it is told while the disk of the backups is away, and a request ends with it. */
function rememberBackups(memory: MemoryStore, desired: DesiredState, observed: Observed): void {
  for (const resource of desired.resources) {
    if (resource.kind !== 'Backup') continue;
    const { key, spec } = resource;
    const last = lastGood(observed.backups[key], spec.verify);
    if (last === undefined) continue;
    const { backups, backupRequests } = memory.current;
    if (backups[key]?.name !== last.name) {
      const { name, startedAt, finishedAt, bytes } = last;
      memory.set('backups', key, { name, startedAt, finishedAt, bytes });
    }
    if ((backupRequests[key] ?? Infinity) <= last.startedAt) memory.set('backupRequests', key, undefined);
  }
}
