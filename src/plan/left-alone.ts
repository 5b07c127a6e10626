import type { Key } from '../model/key.ts';
import type { PlanContext } from './context.ts';
import { holdName } from './draft.ts';
import { closedGatesBefore } from './gate.ts';

/** Whether a human said, by a hold or by a gate that is not open, that nothing is to be done with a resource now. */
export function mustBeLeftAlone(key: Key, { input }: PlanContext): boolean {
  const { holds } = input.gates;
  return holds.has('all') || holds.has(holdName(key)) || closedGatesBefore(key, input).length > 0;
}
