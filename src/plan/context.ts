import type { ObservedContainer } from '../model/observed.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { PlanCache } from './plan-cache.ts';

/** A planning input with the indexes that planners share. */
export interface PlanContext {
  readonly input: PlanningInput;
  readonly cache: PlanCache;
  readonly containersByName: ReadonlyMap<string, ObservedContainer>;
  readonly containersById: ReadonlyMap<string, ObservedContainer>;
  /** Containers of this instance, by the key in their label; every one, also duplicates. */
  readonly ownedContainers: ReadonlyMap<string, readonly ObservedContainer[]>;
}

/** Planning input to context. */
export function planContext(input: PlanningInput, cache: PlanCache): PlanContext {
  const owned = new Map<string, ObservedContainer[]>();
  for (const container of input.observed.containers) {
    if (container.owner?.instance !== input.desired.instance) continue;
    const siblings = owned.get(container.owner.key);
    if (siblings) siblings.push(container);
    else owned.set(container.owner.key, [container]);
  }
  return {
    input,
    cache,
    containersByName: new Map(input.observed.containers.map((container) => [container.name, container])),
    containersById: new Map(input.observed.containers.map((container) => [container.id, container])),
    ownedContainers: owned,
  };
}
