const LEAST_PLACES = 256;
const PRIME = 16_777_619;

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

  /** Whether a key came before, not long ago. */
  knows(key: string): boolean {
    const hash = quickHash(key);
    const place = (hash ^ (hash >>> 12)) & (this.#seen.length - 1);
    if (this.#seen[place] === hash) return true;
    this.#seen[place] = hash;
    return false;
  }
}

/**
 * Of the length, the first two characters, and eight before the last four, where the names of domains differ: to look at each
 * character costs as much as the sketch. What differs elsewhere only passes for the same, and is let in.
 */
function quickHash(key: string): number {
  const { length } = key;
  let hash = Math.imul(length ^ key.charCodeAt(0), PRIME) ^ key.charCodeAt(1);
  for (let index = Math.max(0, length - 12); index < length - 4; index++)
    hash = Math.imul(hash ^ key.charCodeAt(index), PRIME);
  return hash | 1;
}
