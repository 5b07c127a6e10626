import type { Key } from '../model/key.ts';
import type { Concern } from './memory-file.ts';
import type { MemoryStore } from './memory-store.ts';

/** What keeps a resource from being tried again, as people are told that it is forgotten. */
const BRAKES = {
  backoffs: 'failures in a row',
  rolledBack: 'the rollback of its spec',
  replacements: 'the count of its replacements',
  remediations: 'the count of restarts for its scrape',
  sentinels: 'the sentinel that it had',
  oldest: 'how far back its samples went',
  backups: 'the backups that it had',
} as const satisfies Partial<Record<Concern, string>>;

/** Forgets, as a human asked, all that keeps a resource from being tried again; the result says what, in words. */
export function forgetFailures(memory: MemoryStore, key: Key): string[] {
  const forgotten: string[] = [];
  for (const concern of Object.keys(BRAKES) as (keyof typeof BRAKES)[]) {
    if (memory.current[concern][key] === undefined) continue;
    memory.set(concern, key, undefined);
    forgotten.push(BRAKES[concern]);
  }
  return forgotten;
}
