import type { FieldPath } from '../field.ts';
import type { Violation } from './rule.ts';

/**
 * Rules that stand between a manifest and control over the host. Whoever can push can write an annotation, so one of
 * these is waived only when the operator's own configuration allows it as well.
 */
export const HOST_CONTROL_RULES: readonly string[] = ['allowed-roots', 'no-privileged-host-access'];

/** A violation that would give control over the host. */
export function hostControl(message: string, ...path: FieldPath): Violation {
  return { path, message, hostControl: true };
}

/** What to do about one, for people. `annotated`: the resource asks for the exception already. */
export function remedy(rule: string, annotated: boolean): string {
  const root = `root lists ${rule} under allow-exceptions in /etc/bastion/config.yaml (or --allow-exceptions, BASTION_ALLOW_EXCEPTIONS)`;
  return annotated
    ? `remove it; the annotation counts only when ${root}`
    : `remove it, or see that ${root} and allow it by the annotation bastion.lab/allow with a reason`;
}
