import { formatChange } from '../model/format-change.ts';
import type { Plan } from '../model/plan.ts';
import type { Risk, Step } from '../model/step.ts';
import { describeStep } from '../model/describe-step.ts';

const RISK_COLOR: Readonly<Record<Risk, string>> = { safe: '32', disruptive: '33', destructive: '31' };

/**
 * A plan as people read it in logs, `plan`, status and tests; secrets are redacted.
 *
 *     #1 CreateNetwork Network/front: missing
 *     #2 UpdateContainer Container/web: drift (after #1)
 *          mem_limit: want 64m, got 32m
 */
export function renderPlanText(
  plan: Pick<Plan, 'steps' | 'consents'>,
  options: { readonly color?: boolean } = {},
): string {
  if (plan.steps.length === 0) return 'nothing to do';
  const lines = plan.steps.map((step) => renderStep(step, options.color === true));
  const consents = plan.consents.map(
    (consent) => `consent ${consent.file} would allow to remove: ${consent.removes.join('; ')}`,
  );
  return [...lines, ...consents].join('\n');
}

function renderStep(step: Step, color: boolean): string {
  const detail = describeStep(step);
  const operation = color ? `\u001b[${RISK_COLOR[step.risk]}m${step.op}\u001b[0m` : step.op;
  const after = step.after.length > 0 ? ` (after ${step.after.join(', ')})` : '';
  const blockedBy =
    step.blockedBy.length > 0 ? ` [blocked by ${step.blockedBy.map((blocker) => blocker.name).join(', ')}]` : '';
  const head = `${step.id} ${operation} ${step.target}${detail === '' ? '' : ` ${detail}`}: ${step.cause}${after}${blockedBy}`;
  return [head, ...step.fields.map((change) => `     ${formatChange(change)}`)].join('\n');
}
