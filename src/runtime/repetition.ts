import { canonicalJson } from '../model/canonical-json.ts';
import type { Key } from '../model/key.ts';
import type { Step } from '../model/step.ts';

const LIMIT = 5;

/**
 * Notices steps that succeed and change nothing: the same ones are planned for a resource again and again, and it is
 * never seen without any in between. A brake for every kind, where the replacement budget knows containers only.
 */
export class Repetition {
  readonly #seen = new Map<Key, { readonly signature: string; readonly times: number }>();

  /** Resources of a plan that have no steps are forgotten; with `keep` left alone (busy: not planned for). */
  clean(steps: readonly Step[], keep: ReadonlySet<Key>): void {
    if (this.#seen.size === 0) return;
    const planned = new Set(steps.map(({ target }) => target));
    for (const key of this.#seen.keys()) if (!planned.has(key) && !keep.has(key)) this.#seen.delete(key);
  }

  /** Counts from the beginning again. */
  forget(key: Key): void {
    this.#seen.delete(key);
  }

  /** Counts steps that are about to run; true when they are the same for more than 5 times in a row. */
  isStuck(key: Key, steps: readonly Step[]): boolean {
    const signature = canonicalJson(steps.map(({ op, fields, args }) => ({ op, fields, args })));
    const before = this.#seen.get(key);
    const times = before?.signature === signature ? before.times + 1 : 1;
    this.#seen.set(key, { signature, times });
    return times > LIMIT;
  }
}
