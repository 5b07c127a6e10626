import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { stalled, type ConditionDraft } from '../draft.ts';

const HOUR = 3_600_000;
const MAX_REPLACEMENTS = 3;

/** The hard stop that ends every replace loop, whatever its cause. */
export function replacementBrake(resource: Resource<'Container'>, context: PlanContext): ConditionDraft | undefined {
  const record = context.input.memory.replacements[resource.key];
  const recent =
    record?.specHash === resource.attempt ? record.at.filter((time) => Math.abs(context.input.now - time) < HOUR) : [];
  if (recent.length < MAX_REPLACEMENTS) return undefined;
  return stalled(
    'ReplaceLoop',
    `replaced ${recent.length} times within an hour for the same spec and still not as wanted; hands off until the spec changes, or: bastion retry ${resource.key}`,
  );
}
