import type { Key } from '../../model/key.ts';
import type { DesiredState } from '../../model/resource.ts';
import type { TargetSpec } from '../../model/service-spec.ts';
import { serviceOf } from './wanted-services.ts';

/** A target, and the Prometheus that scrapes it. */
export interface OwnTarget {
  readonly prometheus: Key;
  readonly spec: TargetSpec;
}

/** The targets of all Prometheus, by the resource whose they are. */
export function targetsOf(desired: Pick<DesiredState, 'resources'>): ReadonlyMap<Key, readonly OwnTarget[]> {
  const targets = new Map<Key, OwnTarget[]>();
  for (const resource of desired.resources) {
    const service = serviceOf(resource);
    if (service?.type !== 'prometheus') continue;
    for (const spec of service.targets) {
      const siblings = targets.get(spec.resource);
      const target = { prometheus: resource.key, spec };
      if (siblings === undefined) targets.set(spec.resource, [target]);
      else siblings.push(target);
    }
  }
  return targets;
}
