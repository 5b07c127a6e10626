import type { GateFiles } from './gates.ts';
import type { Key } from './key.ts';
import type { Memory } from './memory.ts';
import type { Observed } from './observed.ts';
import type { DesiredState } from './resource.ts';

/** All that a plan depends on. `buildPlan` is a pure function of this. */
export interface PlanningInput {
  readonly desired: DesiredState;
  readonly observed: Observed;
  readonly gates: GateFiles;
  readonly memory: Memory;
  /** Resources with steps in flight since before the observation began: left alone in this plan. */
  readonly busy: ReadonlySet<Key>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
