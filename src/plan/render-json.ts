import type { Plan } from '../model/plan.ts';
import { stepJson } from '../model/step-json.ts';

/** A plan in the stable form of `plan --json`; secrets are redacted. Absent field values are null. */
export function planJson(plan: Plan): object {
  return {
    digest: plan.digest,
    steps: plan.steps.map(stepJson),
    conditions: plan.conditions,
    consents: plan.consents,
  };
}
