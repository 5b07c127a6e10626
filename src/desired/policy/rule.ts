import type { BastionSpec } from '../../model/specs.ts';
import type { Draft } from '../draft.ts';
import type { FieldPath, Problem } from '../field.ts';

/** What a rule found at one place. */
export type Violation = Pick<Problem, 'path' | 'message'>;

/** A policy: looks at one resource and says what it must not be. */
export interface Rule {
  /** Stable; shown in findings and named in the annotation that allows an exception. */
  readonly name: string;
  /** Whether a resource may opt out by annotation. */
  readonly exceptions: boolean;
  check(draft: Draft, bastion: BastionSpec): Violation[];
}

/** Shorthand of rules: a violation at a path. */
export function violation(message: string, ...path: FieldPath): Violation {
  return { path, message };
}
