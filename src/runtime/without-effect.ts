import { editDistance } from '../model/edit-distance.ts';
import { CONSENT_PURPOSES, type GateFiles } from '../model/gates.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import { holdName } from '../plan/draft.ts';
import { touchCommand } from '../plan/gate.ts';

/**
 * What the human did and nothing came of, a sentence each: gates that cannot be read, files that open no gate, and holds
 * that hold nothing, each sorted. Somebody believes in them.
 *
 * @param plan undefined when there is none: what would be removed is not known then
 */
export function withoutEffect(desired: DesiredState, gates: GateFiles, plan: Plan | undefined): string[] {
  return [...unreadable(desired, gates), ...strayGates(desired, gates, plan), ...strayHolds(desired, gates, plan)];
}

/** Told only where it changes something: there is a gate that it closes, or everything is held. */
function unreadable(desired: DesiredState, gates: GateFiles): string[] {
  const matters = gates.holds.has('all') || desired.resources.some(({ kind }) => kind === 'Gate');
  return gates.error === undefined || !matters ? [] : [gates.error];
}

/**
 * Files that look like a gate's and open none. Of a name with another ending than `.ok` only one that resembles a gate:
 * a README may lie there. While a manifest is broken a gate may be missing for that reason, and nothing is said.
 */
function strayGates(desired: DesiredState, gates: GateFiles, plan: Plan | undefined): string[] {
  if (!desired.complete) return [];
  const known = desired.resources.flatMap(({ kind, name }) => (kind === 'Gate' ? [name] : []));
  const wanted = (plan?.consents ?? []).map(({ file }) => file.replace(/\.ok$/, ''));
  const named = [...Object.keys(gates.open), ...Object.keys(gates.refused)];
  const sentences = named.flatMap((name) => {
    const isConsent = CONSENT_PURPOSES.some((purpose) => name.startsWith(`${purpose}-`));
    const meant = similarName(name, isConsent ? wanted : known);
    if (isConsent) {
      // One that was used may stay for a while.
      const isStray = !wanted.includes(name) && meant !== undefined;
      return isStray ? [sentence(gates, `${name}.ok`, 'consents to nothing that waits', meant)] : [];
    }
    return known.includes(name)
      ? []
      : [sentence(gates, `${name}.ok`, `opens nothing: no gate is named ${name}`, meant)];
  });
  const ill = (gates.strayFiles ?? []).flatMap((file) => {
    const meant = similarName(file.replace(/\.[^.]*$/, ''), known);
    return meant === undefined ? [] : [sentence(gates, file, 'opens nothing: its name does not end in .ok', meant)];
  });
  return [...sentences, ...ill].sort();
}

function sentence(gates: GateFiles, file: string, what: string, meant: string | undefined): string {
  const advice =
    meant === undefined
      ? 'bastion gates lists the gates'
      : `did you mean ${meant}: ${touchCommand(gates.directory, `${meant}.ok`)}`;
  return `${gates.directory}/${file} ${what}; ${advice}`;
}

/** Alike but for case, or for one or two letters of a word that has more than those. */
function similarName(name: string, candidates: readonly string[]): string | undefined {
  const plain = name.toLowerCase();
  const allowed = Math.min(2, Math.floor(plain.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(candidate.toLowerCase(), plain) }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}

/** Hold files that hold nothing. One for an object that left the desired state counts while it holds back its removal. */
function strayHolds(desired: DesiredState, gates: GateFiles, plan: Plan | undefined): string[] {
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
      const meant = similarHold(name, [...known.keys()]);
      const advice =
        meant === undefined
          ? 'bastion status lists the resources'
          : `for ${known.get(meant) ?? ''}: touch ${directory}/${meant}`;
      return `${directory}/${name} holds nothing: ${why}; ${advice}`;
    });
}

/** The one that was probably meant: alike but for case, kind or one letter. */
function similarHold(name: string, candidates: readonly string[]): string | undefined {
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
