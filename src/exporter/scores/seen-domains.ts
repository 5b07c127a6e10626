const BITS = 2048 * 8;
const HASHES = 4;
const GENERATION = 3.5 * 86_400_000;

/**
 * Which domains were met in the last 3.5 to 7 days, in 4 KiB: two Bloom filters, of which the older is dropped. It may take
 * a new domain for a known one, never a known one for new.
 */
export class SeenDomains {
  /** Bytes of the two in turns, first of the present one: both are looked at together, and are nowhere near what was looked at before. */
  readonly #bytes = new Uint8Array((2 * BITS) / 8);
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Adds a domain by its 53-bit hash; whether it was there. */
  add(hash: number, now: number): boolean {
    if (Math.abs(now - this.#since) >= GENERATION) {
      this.#succeed();
      this.#since = now;
    }
    // Two numbers of 32 bits each, as whole numbers: remainders of large ones take longer than all else here.
    const first = hash | 0;
    const step = Math.floor(hash / 4_294_967_296) | 1;
    const bytes = this.#bytes;
    let inPresent = true;
    let inBefore = true;
    for (let turn = 0; turn < HASHES; turn++) {
      const bit = (first + turn * step) & (BITS - 1);
      const place = (bit >> 3) << 1;
      const mask = 1 << (bit & 7);
      const present = bytes[place] ?? 0;
      inPresent &&= (present & mask) !== 0;
      inBefore &&= ((bytes[place + 1] ?? 0) & mask) !== 0;
      bytes[place] = present | mask;
    }
    return inPresent || inBefore;
  }

  #succeed(): void {
    for (let place = 0; place < this.#bytes.length; place += 2) {
      this.#bytes[place + 1] = this.#bytes[place] ?? 0;
      this.#bytes[place] = 0;
    }
  }
}
