import type { Key } from '../model/key.ts';
import type { PlanContext } from './context.ts';
import { closedGatesBefore } from './gate.ts';
import { holdsOn } from './holds.ts';

/** Whether a human said, by a hold or by a gate that is not open, that nothing is to be done with a resource now. */
export function mustBeLeftAlone(key: Key, { input }: PlanContext): boolean {
  return holdsOn([key], input.gates, input.desired).length > 0 || closedGatesBefore(key, input).length > 0;
}
