const LEAST_PLACES = 256;

/**
 * Keeps out what comes only once: most of a long tail never comes again, and is not worth a place in a sketch, of which
 * nearly all of the cost is to give places to others. Told by hashes: it may let something in at its first time, and forgets
 * what has not come for long.
 */
export class Doorkeeper {
  readonly #seen: Int32Array;

  /** Remembers about so many keys, in four bytes each. */
  constructor(keys: number) {
    this.#seen = new Int32Array(Math.max(LEAST_PLACES, 2 ** Math.ceil(Math.log2(keys))));
  }

  /** Whether a key came before, not long ago; told by its `quickHash`. */
  knows(hash: number): boolean {
    const place = (hash ^ (hash >>> 12)) & (this.#seen.length - 1);
    if (this.#seen[place] === hash) return true;
    this.#seen[place] = hash;
    return false;
  }
}
