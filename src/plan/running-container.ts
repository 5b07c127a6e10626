import type { ObservedContainer } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import { findInstances } from './container/instances.ts';
import type { PlanContext } from './context.ts';

/**
 * The running container of a Container resource, by the resource's name. One of somebody else's that is about to be replaced
 * (`adopt`) does not count: what is told to it, or expected of it, is lost with it.
 */
export function runningContainer(name: string, context: PlanContext): ObservedContainer | undefined {
  const resource = context.input.desired.resources.find(
    (candidate): candidate is Resource<'Container'> => candidate.kind === 'Container' && candidate.name === name,
  );
  const current = resource && findInstances(resource, context).current;
  return current?.state === 'running' && current.owner !== undefined ? current : undefined;
}
