import { CONDITION_TYPES, type Condition } from '../model/condition.ts';
import type { ConditionStatus } from '../model/status.ts';

/**
 * The conditions that hold for one resource to all five, each true or false.
 * `since` is kept from `previous` for as long as the status stays the same; otherwise it is `now` (ms since the epoch).
 */
export function conditionStatuses(
  conditions: readonly Condition[],
  previous: readonly ConditionStatus[] | undefined,
  observedHash: string,
  now: number,
): ConditionStatus[] {
  return CONDITION_TYPES.map((type) => {
    const holding = conditions.find((condition) => condition.type === type);
    const before = previous?.find((condition) => condition.type === type);
    const status = holding !== undefined;
    return {
      type,
      status,
      reason: holding?.reason ?? '',
      message: holding?.message ?? '',
      since: before !== undefined && before.status === status ? before.since : now,
      observedHash: holding?.observedHash ?? observedHash,
    };
  });
}
