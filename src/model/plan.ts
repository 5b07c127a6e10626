import type { Condition } from './condition.ts';
import type { Key } from './key.ts';
import type { Step } from './step.ts';

/** A consent file that the human may create: what it names would be removed. */
export interface ConsentRequest {
  /** File name below the gates directory, e.g. `prune-3f9ac2.ok`. */
  readonly file: string;
  /** Exactly what it allows, in words, sorted. */
  readonly removes: readonly string[];
}

/** What would be done now and what is known of every resource. Deterministic: equal inputs, equal bytes. */
export interface Plan {
  /** sha256 hex over the steps. */
  readonly digest: string;
  /** Topologically sorted; ids are positions. */
  readonly steps: readonly Step[];
  /** Sorted by key, then type. At least one per resource. */
  readonly conditions: readonly Condition[];
  readonly consents: readonly ConsentRequest[];
  /** Milliseconds since the epoch at which something may change by itself (a deadline, a backoff); undefined: never. */
  readonly wakeAt: number | undefined;
  /** Fields that differ right after our own apply: a fault of the normaliser, left alone. */
  readonly faults: readonly { readonly key: Key; readonly path: string }[];
}
