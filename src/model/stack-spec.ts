import type { Key } from './key.ts';
import type { ServiceSpec } from './service-spec.ts';

/** What a high-level resource came to: the resources that were rendered from it. It is Ready when all of them are. */
export interface StackSpec {
  /** Keys of the rendered resources, sorted. */
  readonly parts: readonly Key[];
  /** What the operator asks the running service about itself; absent: nothing. */
  readonly service?: ServiceSpec;
  /** What serves it without being rendered from it, sorted; it is Ready only with those of them that it depends on. */
  readonly servedBy?: readonly Key[];
}
