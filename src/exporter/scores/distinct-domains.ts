const PLACES = 1024;

/** Most domains that are told apart. */
const MOST = 512;

/** How many different domains there were, up to 512, by 32 bits of their hashes: the names themselves are not kept. */
export class DistinctDomains {
  readonly #hashes = new Int32Array(PLACES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= MOST;
  }

  /** Adds a domain by its hash; whether it is new. A full one takes none. */
  add(hash: number): boolean {
    // 0 is a place that is free.
    const wanted = hash | 0 || 1;
    let place = wanted & (PLACES - 1);
    for (; this.#hashes[place] !== 0; place = (place + 1) & (PLACES - 1))
      if (this.#hashes[place] === wanted) return false;
    if (this.isFull) return false;
    this.#hashes[place] = wanted;
    this.#size++;
    return true;
  }

  clear(): void {
    this.#hashes.fill(0);
    this.#size = 0;
  }
}
