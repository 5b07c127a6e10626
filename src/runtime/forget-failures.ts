import type { Key } from '../model/key.ts';
import type { Concern } from './memory-file.ts';
import type { MemoryStore } from './memory-store.ts';

type Words = Partial<Record<Concern, string>>;

/** What keeps a resource from being tried again, as people are told that it is forgotten. */
const BRAKES = {
  backoffs: 'failures in a row',
  rolledBack: 'the rollback of its spec',
  replacements: 'the count of its replacements',
  remediations: 'the count of restarts for its scrape',
} as const satisfies Words;

/** What a resource is known by: forgotten, whatever is there now is taken for it. */
const WITNESSES = {
  sentinels: 'the sentinel that it had',
  backups: 'the backups that it had',
  oldest: 'how far back its samples went',
} as const satisfies Words;

/** Forgets, as a human asked, all that keeps a resource from being tried again; the result says what, in words. */
export function forgetFailures(memory: MemoryStore, key: Key): string[] {
  return forget(memory, key, BRAKES);
}

/**
 * Forgets also by what the resource is known. Only for one that the human named: that a directory is another one than it was
 * must not be accepted along with something else.
 */
export function acceptAsIs(memory: MemoryStore, key: Key): string[] {
  return forget(memory, key, { ...BRAKES, ...WITNESSES });
}

function forget(memory: MemoryStore, key: Key, words: Words): string[] {
  const forgotten: string[] = [];
  for (const [concern, what] of Object.entries(words) as [Concern, string][]) {
    if (memory.current[concern][key] === undefined) continue;
    memory.set(concern, key, undefined);
    forgotten.push(what);
  }
  return forgotten;
}
