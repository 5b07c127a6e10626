import type { BastionSpec } from '../../model/specs.ts';
import type { Draft } from '../draft.ts';
import type { FieldPath, Problem } from '../field.ts';
import type { HostPlaces } from '../host-places.ts';

/** What a rule found at one place. */
export interface Violation extends Pick<Problem, 'path' | 'message' | 'ofBastion'> {
  /** It gives control over the host: no annotation alone allows it. */
  readonly hostControl?: true;
}

/** A policy: looks at one resource and says what it must not be. */
export interface Rule {
  /** Stable; shown in findings and named in the annotation that allows an exception. */
  readonly name: string;
  /** Whether a resource may opt out by annotation. */
  readonly exceptions: boolean;
  /** @param places where paths of the host really lie */
  readonly check: (draft: Draft, bastion: BastionSpec, places: HostPlaces) => Violation[];
}

/** Shorthand of rules: a violation at a path. */
export function violation(message: string, ...path: FieldPath): Violation {
  return { path, message };
}
