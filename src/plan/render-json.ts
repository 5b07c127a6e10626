import { redactChange } from '../model/redact.ts';
import type { Plan } from '../model/plan.ts';

/** A plan in the stable form of `plan --json`; secrets are redacted. Absent field values are null. */
export function planJson(plan: Plan): object {
  return {
    digest: plan.digest,
    steps: plan.steps.map(({ id, op, target, cause, fields, after, risk, blockedBy }) => ({
      id,
      op,
      target,
      cause,
      fields: fields.map((field) => {
        const { path, want, got } = redactChange(field);
        return { path, want: want ?? null, got: got ?? null };
      }),
      after,
      risk,
      blockedBy: blockedBy.map((blocker) => blocker.name),
    })),
    conditions: plan.conditions,
    consents: plan.consents,
  };
}
