import type { Key } from './key.ts';

export const CONDITION_TYPES = ['Ready', 'Progressing', 'Blocked', 'Degraded', 'Stalled'] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** A condition that holds for a resource. Types that are not listed do not hold. */
export interface Condition {
  readonly key: Key;
  readonly type: ConditionType;
  /** Stable CamelCase word, e.g. `RolledBack`. */
  readonly reason: string;
  /** A sentence for people: what is wrong and what to do. */
  readonly message: string;
  /** What is waited for becomes a failure at `until`; both in milliseconds since the epoch. */
  readonly wait?: { readonly since: number; readonly until: number };
  /** Spec hash that this was said of. */
  readonly observedHash: string;
}
