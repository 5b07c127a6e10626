import type { Key } from './key.ts';
import type { Level, Loop } from './levels.ts';
import type { ServiceSpec } from './service-spec.ts';

/** One closed loop of a resource, and where it stands. */
export interface LoopStatus extends Level {
  readonly key: Key;
  readonly loop: Loop;
}

/** Restarts that were tried for a scrape that fails. */
export interface RemediationStatus {
  readonly key: Key;
  readonly restarts: number;
  readonly maxRestarts: number;
}

/** What the operator asks services about, and what it does about what they say. Sorted by key. */
export interface LoopsStatus {
  readonly services: readonly { readonly key: Key; readonly type: ServiceSpec['type'] }[];
  /** Every loop that there is, also those at 0. */
  readonly levels: readonly LoopStatus[];
  readonly remediations: readonly RemediationStatus[];
}
