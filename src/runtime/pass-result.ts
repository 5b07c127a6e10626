import type { Plan } from '../model/plan.ts';
import type { Condition } from '../model/condition.ts';
import type { PassResult } from '../model/trace.ts';

/**
 * What a plan and what runs beside it come to. Progress goes before failure, so that `failing` means that nothing more
 * happens by itself than a retry. A desired state with broken files is never converged on: what they hold is not known.
 *
 * @param complete whether every file of the desired state was read
 */
export function passResult(plan: Plan, runs: boolean, complete: boolean): PassResult {
  const holds = new Set(plan.conditions.map(({ type }) => type));
  if (runs || holds.has('Progressing')) return 'progressing';
  if (!complete || isFailing(plan)) return 'failing';
  if (plan.steps.length > 0 || holds.has('Blocked')) return 'waiting';
  return 'converged';
}

/** Whether something is wrong that a retry or a human must mend, be it that something else still progresses. */
export function isFailing(plan: Plan): boolean {
  const held = heldKeys(plan);
  const backsOff = plan.steps.some(
    (step) => !held.has(step.target) && step.blockedBy.some(({ type }) => type === 'backoff' || type === 'stalled'),
  );
  return backsOff || troubles(plan).length > 0;
}

/** What is wrong and nobody asked for. A resource on hold waits for the human, however it fares. */
export function troubles(plan: Plan): Condition[] {
  const held = heldKeys(plan);
  return plan.conditions.filter(({ key, type }) => (type === 'Degraded' || type === 'Stalled') && !held.has(key));
}

function heldKeys(plan: Plan): ReadonlySet<string> {
  return new Set(
    plan.conditions.filter(({ type, reason }) => type === 'Blocked' && reason === 'Held').map(({ key }) => key),
  );
}
