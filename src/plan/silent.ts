import type { Condition } from '../model/condition.ts';
import type { Key } from '../model/key.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import { degraded, resourcePlan, type ResourcePlan } from './draft.ts';

/** A path of the resource lies on a file system that does not answer. */
const REASON = 'NotAnswering';

/**
 * What is to be done with a resource of which a path lies on a file system that does not answer: nothing. A container that
 * was started on one would hang in the engine; undefined for all others.
 */
export function planSilent(key: Key, { observed }: Pick<PlanningInput, 'observed'>): ResourcePlan | undefined {
  const found = observed.silent?.[key];
  if (found === undefined) return undefined;
  const message = `${found} (is its server there?). It is left exactly as it is until it answers`;
  return resourcePlan({ conditions: [degraded(REASON, message)], readyAfterSteps: false });
}

/** Whether a resource was found to lie on a file system that does not answer. */
export function isSilent(conditions: readonly Pick<Condition, 'key' | 'reason'>[], key: Key): boolean {
  return conditions.some((condition) => condition.key === key && condition.reason === REASON);
}
