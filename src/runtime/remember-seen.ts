import type { Key } from '../model/key.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import { gateWitnesses } from '../plan/build-plan.ts';
import { newSentinels } from '../plan/sentinel.ts';
import type { MemoryStore } from './memory-store.ts';

/** Remembers, before a pass plans, what a later one can no longer see. */
export function rememberSeen(
  memory: MemoryStore,
  { desired, observed, now }: Pick<PlanningInput, 'desired' | 'observed' | 'now'>,
): void {
  for (const [key, witness] of Object.entries(gateWitnesses({ desired, memory: memory.current, now })))
    memory.set('gateWitness', key as Key, witness);
  for (const [key, sentinel] of Object.entries(newSentinels({ desired, observed, memory: memory.current })))
    memory.set('sentinels', key as Key, sentinel);
}
