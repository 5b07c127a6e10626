import type { ObservedContainer } from '../../model/observed.ts';
import type { PlanContext } from '../context.ts';
import { degraded, type ConditionDraft } from '../draft.ts';

/**
 * A container that writes into a directory that is no longer at its path. A new one in its place would begin with what
 * lies there now, and what this one has written would be lost with it, so that is for the human to order.
 */
export function strayMount(container: ObservedContainer, { input }: PlanContext): ConditionDraft | undefined {
  const [first, ...others] = input.observed.strayMounts[container.id] ?? [];
  if (first === undefined) return undefined;
  const paths = [first, ...others].join(' and ');
  return degraded(
    'StrayMount',
    `it goes on using the directory that was at ${paths} when it started, and another one is there now (moved, or its disk was mounted since). It is not replaced, because what it has written since would be lost: save what is needed (docker cp ${container.name}:...), then docker stop ${container.name}; it is started again with what is there now`,
  );
}
