import type { StackKind } from '../model/key.ts';
import type { StackManifests } from '../model/stack-manifests.ts';
import type { House } from './renderer.ts';

/** The member that was meant, or what is wrong, for people. */
export type ChosenMember<K extends StackKind> =
  { readonly member: StackManifests[K] } | { readonly member?: undefined; readonly problem: string };

/** The member of a kind that a field names; where it is left out, the only one there is. */
export function chosenMember<K extends StackKind>(
  kind: K,
  name: string | undefined,
  house: Pick<House, 'stack'>,
): ChosenMember<K> {
  const all = house.stack[kind];
  const names = all.map(({ metadata }) => metadata.name).join(', ');
  const [first, second] = name === undefined ? all : all.filter(({ metadata }) => metadata.name === name);
  if (first === undefined && all.length === 0) return { problem: `there is no ${kind}: declare one` };
  if (first === undefined) return { problem: `there is no ${kind}/${name ?? ''}: there is ${names}` };
  if (second !== undefined) return { problem: `there is more than one ${kind} (${names}): name one of them` };
  return { member: first };
}
