import type { ObservedContainer } from '../../model/observed.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import { readinessId, type ReadinessTarget } from '../../model/readiness.ts';
import type { ContainerSpec } from '../../model/specs.ts';
import { planContext } from '../context.ts';
import { PlanCache } from '../plan-cache.ts';
import { tlsAccess } from '../tls-access.ts';
import { findInstances } from './instances.ts';

/**
 * Whether a running container serves, as far as its spec wants it asked. `unasked`: there was no answer yet. `nobody`:
 * nobody asks here (`bastion plan`), and so nobody can say.
 */
export type Readiness =
  { readonly type: 'ready' | 'unasked' | 'nobody' } | { readonly type: 'notReady'; readonly message: string };

/** What is known of a container's readiness; undefined when its spec does not want it asked. */
export function readinessOf(
  container: ObservedContainer,
  spec: ContainerSpec,
  { observed }: Pick<PlanningInput, 'observed'>,
): Readiness | undefined {
  if (spec.readiness === undefined) return undefined;
  if (observed.readiness === undefined) return { type: 'nobody' };
  const found = observed.readiness[readinessId(container)];
  if (found === undefined) return { type: 'unasked' };
  return found.isReady ? { type: 'ready' } : { type: 'notReady', message: found.message };
}

/** All running containers that are to be asked now, those that are to take over included. */
export function readinessTargets(input: PlanningInput): ReadinessTarget[] {
  const { resources } = input.desired;
  if (!resources.some(({ kind, spec }) => kind === 'Container' && spec.readiness !== undefined)) return [];
  const context = planContext(input, new PlanCache());
  return resources.flatMap((resource) => {
    if (resource.kind !== 'Container' || resource.spec.readiness === undefined) return [];
    const { address, port, path, tls } = resource.spec.readiness;
    const { current, candidate } = findInstances(resource, context);
    // One that is replaced may serve something else, elsewhere: its successor is who counts.
    const container = candidate ?? current;
    if (container?.state !== 'running') return [];
    return {
      id: readinessId(container),
      container: container.id,
      ...(address === undefined ? {} : { address }),
      port,
      path,
      ...(tls === undefined ? {} : { access: tlsAccess(tls, input) }),
    };
  });
}
