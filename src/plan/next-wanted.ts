import type { Key } from '../model/key.ts';
import type { Memory } from '../model/memory.ts';
import type { PlanningInput } from '../model/planning-input.ts';

/** Those that carry labels, and so may be somebody else's. */
const LABELLED: ReadonlySet<string> = new Set(['Container', 'Network', 'Volume']);

/**
 * What is to be remembered as wanted from now on: what is wanted, and what was and is still there. That is never more
 * than both together, and an object that another installation makes later under a name that was ours once is not ours.
 *
 * @param claims all that is ours by its labels counts, too: an operator that kept no such record made it
 * @returns `memory.wanted` itself when nothing changed
 */
export function nextWanted(
  { desired, observed, memory, busy }: Pick<PlanningInput, 'desired' | 'observed' | 'memory' | 'busy'>,
  { claims = false } = {},
): Memory['wanted'] {
  const { instance } = desired;
  const owners = [...observed.containers, ...observed.networks, ...observed.volumes].flatMap(
    ({ owner }) => owner ?? [],
  );
  const there = new Set(owners.map((owner) => `${owner.instance} ${owner.key}`));
  const wanted = desired.resources.filter(({ kind }) => LABELLED.has(kind)).map(({ key }) => key);
  const isWanted = new Set<string>(wanted);
  const before = Object.entries(memory.wanted);
  // What is being made may not be there yet.
  const kept = before.filter(([key, by]) => isWanted.has(key) || busy.has(key as Key) || there.has(`${by} ${key}`));
  const claimed = claims ? owners.filter((owner) => owner.instance === instance).map(({ key }) => key) : [];
  const news = [...wanted, ...claimed].filter((key) => memory.wanted[key] !== instance);
  if (kept.length === before.length && news.length === 0) return memory.wanted;
  return Object.fromEntries([...kept, ...news.map((key) => [key, instance])]) as Memory['wanted'];
}
