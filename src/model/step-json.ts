import type { FieldChange } from './fields.ts';
import { redactChange } from './redact.ts';
import type { Step } from './step.ts';

/** A step as JSON shows it: no arguments (they hold whole specs), blockers by name, secrets redacted. */
export interface StepJson {
  readonly id: string;
  readonly op: string;
  readonly target: string;
  readonly cause: string;
  readonly fields: readonly FieldChange[];
  readonly after: readonly string[];
  readonly risk: string;
  readonly blockedBy: readonly string[];
}

/** A step to its JSON form; absent field values are null. */
export function stepJson({ id, op, target, cause, fields, after, risk, blockedBy }: Step): StepJson {
  return {
    id,
    op,
    target,
    cause,
    fields: fields.map((change) => {
      const { path, want, got } = redactChange(change);
      return { path, want: want ?? null, got: got ?? null };
    }),
    after,
    risk,
    blockedBy: blockedBy.map(({ name }) => name),
  };
}
