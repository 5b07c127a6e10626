import type { Key } from '../model/key.ts';
import { LABEL } from '../model/labels.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { Decided } from './blockers.ts';
import type { Standing } from './certificate/standings.ts';
import type { Trust } from './certificate/trust.ts';
import type { PlanCache } from './plan-cache.ts';

/** A planning input with the indexes that planners share. */
export interface PlanContext {
  readonly input: PlanningInput;
  readonly cache: PlanCache;
  readonly containersByName: ReadonlyMap<string, ObservedContainer>;
  readonly containersById: ReadonlyMap<string, ObservedContainer>;
  /** What is known of each authority's rotation, once somebody asked: `certificate/trust.ts`. */
  readonly trusts: Map<Key, Trust>;
  /** How the consumers of each Certificate stand, once somebody asked: `certificate/standings.ts`. */
  readonly standings: Map<Key, readonly Standing[]>;
  /** What was decided of the resources before the present one, which are all that it depends on. */
  readonly decided: Map<Key, Decided>;
  /** Containers of this instance, by the key in their label; every one, also duplicates. */
  readonly ownedContainers: ReadonlyMap<string, readonly ObservedContainer[]>;
}

/** Planning input to context. */
export function planContext(given: PlanningInput, cache: PlanCache): PlanContext {
  const input = withoutInheritedOwners(given);
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
    decided: new Map(),
    trusts: new Map(),
    standings: new Map(),
    ownedContainers: owned,
  };
}

/**
 * Labels that a container has from its image (made by `docker commit` from one of ours) prove nothing: such a container
 * is foreign. Containers of our own making always carry a hash that their image cannot have.
 */
function withoutInheritedOwners(input: PlanningInput): PlanningInput {
  const { containers, images } = input.observed;
  const isInherited = ({ owner, imageId }: ObservedContainer): boolean =>
    owner !== undefined &&
    images[imageId]?.labels[LABEL.key] === owner.key &&
    images[imageId].labels[LABEL.specHash] === owner.specHash;
  if (!containers.some(isInherited)) return input;
  const told = containers.map((container) => {
    if (!isInherited(container)) return container;
    const { owner: _inherited, ...foreign } = container;
    return foreign;
  });
  return { ...input, observed: { ...input.observed, containers: told } };
}
