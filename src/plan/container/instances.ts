import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';

/**
 * Which live containers play which part for one resource.
 *
 * INVARIANTS
 * - Everything follows from labels and names, so a crash between any two calls leaves a state that reads the same.
 * - `candidate` is set only while what it replaces still exists; then `current` is the replaced one.
 * - Nothing foreign is ever in `surplus`.
 */
export interface Instances {
  readonly current: ObservedContainer | undefined;
  readonly candidate: ObservedContainer | undefined;
  /** Ours, but neither: leftovers and duplicates to remove. */
  readonly surplus: readonly ObservedContainer[];
  /** A foreign container that holds the wanted name. */
  readonly foreign: ObservedContainer | undefined;
}

/** Resource and snapshot to its instances. */
export function findInstances(resource: Resource<'Container'>, context: PlanContext): Instances {
  const owned = [...(context.ownedContainers.get(resource.key) ?? [])].sort(
    (a, b) => preference(b, resource) - preference(a, resource) || (a.id < b.id ? -1 : 1),
  );
  const named = context.containersByName.get(resource.name);
  const foreign = named && named.owner?.key !== resource.key ? named : undefined;
  const otherInstance =
    named && named.owner?.key === resource.key && named.owner.instance !== context.input.desired.instance
      ? named
      : undefined;

  for (const candidate of owned) {
    const replaced =
      candidate.owner?.replaces === undefined ? undefined : context.containersById.get(candidate.owner.replaces);
    if (!replaced || replaced.id === candidate.id) continue;
    const surplus = owned.filter((container) => container !== candidate && container !== replaced);
    return {
      current: replaced,
      candidate,
      surplus,
      foreign: foreign === replaced ? undefined : (foreign ?? otherInstance),
    };
  }
  const current = owned[0];
  return { current, candidate: undefined, surplus: owned.slice(1), foreign: foreign ?? otherInstance };
}

/** The wanted hash first, then the wanted name, then the newest: the same choice whatever order the engine lists. */
function preference(container: ObservedContainer, resource: Resource<'Container'>): number {
  return (
    (container.owner?.specHash === resource.hash ? 4e15 : 0) +
    (container.name === resource.name ? 2e15 : 0) +
    container.createdAt
  );
}

/** Name that a replacement has until it takes over. */
export function candidateName(name: string): string {
  return `${name}.next`;
}

/** Name that the replaced container has until it is removed. */
export function retiredName(name: string, id: string): string {
  return `${name}.old-${id.slice(0, 12)}`;
}
