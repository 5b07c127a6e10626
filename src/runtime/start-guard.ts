import type { Condition } from '../model/condition.ts';
import type { GateFiles } from '../model/gates.ts';
import type { Memory } from '../model/memory.ts';
import type { DesiredState } from '../model/resource.ts';
import type { Step } from '../model/step.ts';
import { closedGatesBefore } from '../plan/gate.ts';
import { holdsOn } from '../plan/holds.ts';
import { withholds } from '../plan/sentinel.ts';
import { isSilent } from '../plan/silent.ts';
import type { Intent } from './in-flight.ts';

/** What counts now, which may be minutes after a step was planned: a slow pull may be before it. */
export interface Standing {
  readonly desired: DesiredState;
  readonly gates: GateFiles;
  readonly memory: Memory;
  /** What held for all resources in the last plan. */
  readonly conditions: readonly Condition[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** These end something by themselves; nothing comes back by finishing them. */
const FINAL: ReadonlySet<string> = new Set(['RemoveContainer', 'RemoveVolume']);

/**
 * Why a step must not start any more, or undefined. The plan's own rules for gates, holds and consents, asked again with
 * what the last pass read, and whether its resource is still what it was planned for.
 *
 * Once steps have begun to take down what was served (`InFlight.isCommitted`), the rest of them, except a removal, runs
 * to its end whatever was closed or edited meanwhile: half a takeover is an outage, and the next pass holds at the gate.
 */
export function startRefusal(step: Step, intent: Intent, isCommitted: boolean, standing: Standing): string | undefined {
  if (isCommitted && !FINAL.has(step.op)) return undefined;
  const { desired, gates } = standing;
  const wanted = desired.resources.find(({ key }) => key === step.target);
  if ((wanted?.attempt ?? '') !== intent.attempt) return `${step.target} was edited meanwhile; it is planned again`;
  if (wanted === undefined && !desired.complete) return 'the desired state is not complete any more';
  const gate = closedGatesBefore(step.target, standing)[0];
  if (gate !== undefined) return `${gate} was closed meanwhile`;
  const [hold] = holdsOn([step.target, ...intent.touches], gates, desired);
  if (hold !== undefined) return `hold/${hold} was made meanwhile`;
  if (wanted !== undefined && [step.target, ...intent.touches].some((key) => isSilent(standing.conditions, key)))
    return `a file system that ${step.target} needs does not answer`;
  const wrong = wanted?.dependsOn.find((key) => withholds(standing.conditions.filter((each) => each.key === key)));
  if (wrong !== undefined) return `${wrong} is not the directory any more that it was`;
  if (step.risk !== 'destructive') return undefined;
  const consent = intent.consents.find((file) => gates.open[file.replace(/\.ok$/, '')] === undefined);
  return consent === undefined ? undefined : `the consent ${consent} was withdrawn meanwhile`;
}
