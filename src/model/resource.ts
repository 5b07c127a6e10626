import type { Expansion } from './expansion.ts';
import type { Key, Kind } from './key.ts';
import type { BastionSpec, Specs } from './specs.ts';

/** Where in the desired state something was written; line and column count from 1. */
export interface SourceLocation {
  /** Path relative to the desired-state directory. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One wanted thing, validated and normalised. */
export type Resource<K extends Kind = Kind> = {
  [P in K]: {
    readonly kind: P;
    readonly name: string;
    readonly key: Key;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly spec: Specs[P];
    /** Declared and inferred, sorted, without duplicates. Every key is in the same DesiredState. */
    readonly dependsOn: readonly Key[];
    /** `v1:<sha256>` of the normalised spec (see `specHash`). */
    readonly hash: string;
    /** Hash over the whole spec (see `attemptHash`): failures are remembered under it. */
    readonly attempt: string;
    /** Where it is written; of what was rendered, where that is written which it was rendered from. */
    readonly source: SourceLocation;
    /** The high-level resource that it was rendered from; the Bastion for what all of those share. Absent: written by a person. */
    readonly renderedFrom?: Key;
  };
}[K];

/** A problem in the desired state, for people: what, where, and what to do. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** The rule or error's stable name, e.g. `no-published-metrics`, `schema`, `yaml-syntax`. */
  readonly rule: string;
  readonly source: SourceLocation;
  readonly key?: Key;
  /** Field path in the document, e.g. `spec.ports[0]`. */
  readonly field?: string;
  readonly message: string;
}

/** All that is wanted, as of one reading of the directory. */
export interface DesiredState {
  /** Name of the Bastion resource (default `bastion`): the ownership instance and the Compose project. */
  readonly instance: string;
  readonly bastion: BastionSpec;
  /** Sorted by key, dependencies acyclic. Includes last-good copies of frozen resources. */
  readonly resources: readonly Resource[];
  /** Keys kept from the last good reading because their file is broken now. */
  readonly frozen: ReadonlySet<Key>;
  readonly findings: readonly Finding[];
  /** True when every document of every file was accepted: only then may anything be pruned. */
  readonly complete: boolean;
  /** What the rendered resources were rendered from. */
  readonly expansion: Expansion;
  /** Commit of the directory when it is a release or (in) a git work tree, with `-dirty` behind it where that has changes. */
  readonly revision?: string;
}
