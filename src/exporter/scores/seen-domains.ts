const BITS = 2048 * 8;
const HASHES = 4;
const GENERATION = 3.5 * 86_400_000;

/**
 * Which domains were met in the last 3.5 to 7 days, in 4 KiB: two Bloom filters, of which the older is dropped. It may take
 * a new domain for a known one, never a known one for new.
 */
export class SeenDomains {
  #present = new Uint8Array(BITS / 8);
  #before = new Uint8Array(BITS / 8);
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Adds a domain by its 53-bit hash; whether it was there. */
  add(hash: number, now: number): boolean {
    if (Math.abs(now - this.#since) >= GENERATION) {
      this.#before = this.#present;
      this.#present = new Uint8Array(BITS / 8);
      this.#since = now;
    }
    // Two numbers of 32 bits each, as whole numbers: remainders of large ones take longer than all else here.
    const first = hash | 0;
    const step = Math.floor(hash / 4_294_967_296) | 1;
    let inPresent = true;
    let inBefore = true;
    for (let turn = 0; turn < HASHES; turn++) {
      const bit = (first + turn * step) & (BITS - 1);
      const place = bit >> 3;
      const mask = 1 << (bit & 7);
      inPresent &&= ((this.#present[place] ?? 0) & mask) !== 0;
      inBefore &&= ((this.#before[place] ?? 0) & mask) !== 0;
      this.#present[place] = (this.#present[place] ?? 0) | mask;
    }
    return inPresent || inBefore;
  }
}
