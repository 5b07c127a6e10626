import type { ConditionType } from '../model/condition.ts';
import type { StatusJson } from './status-json.ts';

type ResourceJson = StatusJson['resources'][number];
type ConditionJson = ResourceJson['conditions'][number];

/** A resource in one word: the type of its leading condition, or that nothing is known of it. */
export type ResourceState = ConditionType | 'Unknown';

/** Worst first. */
const ORDER: readonly ConditionType[] = ['Stalled', 'Degraded', 'Blocked', 'Progressing', 'Ready'];

/** The one condition that says most about a resource, and the state that it comes to. */
export function leadingCondition(resource: ResourceJson): {
  readonly state: ResourceState;
  readonly condition: ConditionJson | undefined;
} {
  const condition = ORDER.map((type) =>
    resource.conditions.find((each) => each.type === type && (each.status || each.reason === 'Unknown')),
  ).find((each) => each !== undefined);
  const isUnknown = condition === undefined || (resource.stale && condition.type === 'Ready');
  return { state: isUnknown ? 'Unknown' : condition.type, condition };
}
