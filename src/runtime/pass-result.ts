import type { Plan } from '../model/plan.ts';
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
  const backingOff = plan.steps.some((step) =>
    step.blockedBy.some(({ type }) => type === 'backoff' || type === 'stalled'),
  );
  if (!complete || backingOff || holds.has('Degraded') || holds.has('Stalled')) return 'failing';
  if (plan.steps.length > 0 || holds.has('Blocked')) return 'waiting';
  return 'converged';
}
