import type { GateFiles } from '../model/gates.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import { holdName } from '../plan/draft.ts';

/**
 * Hold files that hold nothing, a sentence each, sorted: a brake that somebody believes in and that is not there. One
 * for an object that left the desired state counts as long as it holds back its removal.
 *
 * @param plan undefined when there is none: what would be removed is not known then
 */
export function strayHolds(desired: DesiredState, gates: GateFiles, plan: Plan | undefined): string[] {
  const directory = gates.holdDirectory ?? `${gates.directory}/hold`;
  const known = new Map(desired.resources.map(({ key }) => [holdName(key), key]));
  const used = new Set((plan?.steps ?? []).flatMap(({ blockedBy }) => blockedBy.map(({ name }) => name)));
  const formless = (gates.strayHolds ?? []).map((name) => ({
    name,
    why: 'its name is not of the form Kind.name, or all',
  }));
  const nameless = [...gates.holds]
    .filter((name) => name !== 'all' && !known.has(name) && !used.has(`hold/${name}`))
    .map((name) => ({ name, why: 'no resource of the desired state has this name' }));
  return [...formless, ...nameless]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, why }) => {
      const meant = similar(name, [...known.keys()]);
      const advice =
        meant === undefined
          ? 'bastion status lists the resources'
          : `for ${known.get(meant) ?? ''}: touch ${directory}/${meant}`;
      return `${directory}/${name} holds nothing: ${why}; ${advice}`;
    });
}

/** The one that was probably meant: alike but for case, kind or one letter. */
function similar(name: string, candidates: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replace('/', '.');
  const short = plain.slice(plain.indexOf('.') + 1);
  const bare = (candidate: string): string => candidate.slice(candidate.indexOf('.') + 1).toLowerCase();
  return (
    candidates.find((candidate) => candidate.toLowerCase() === plain) ??
    candidates.find((candidate) => bare(candidate) === short) ??
    candidates.find((candidate) => isOneEditApart(candidate.toLowerCase(), plain))
  );
}

/** One letter more, less or other, or two neighbours exchanged. */
function isOneEditApart(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
