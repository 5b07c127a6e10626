import { hash } from '../hash.ts';
import type { QueriedName } from '../accounts/queried-name.ts';
import { clamp } from './clamp.ts';

const MOST_DOMAINS = 16;
const LEAST_LENGTH = 20;
const BITS = 256;

interface Domain {
  /** A bit for each hash of a subdomain: how many are set tells how many subdomains there were. */
  readonly bits: Uint8Array;
  count: number;
  length: number;
  special: number;
}

/** Record types in which data is usually carried. */
const CARRIERS = new Set(['HTTPS', 'TXT', 'NULL']);

/** Looks for data that is carried in names: many different, long names under one domain. */
export class TunnelWatch {
  readonly #domains = new Map<string, Domain>();

  /** Only long names are kept, so that the few places suffice. */
  observe(queried: QueriedName, type: string): void {
    const length = queried.lengthBefore;
    if (length < LEAST_LENGTH) return;
    const { name, domain } = queried;
    let known = this.#domains.get(domain);
    if (known === undefined) {
      if (this.#domains.size >= MOST_DOMAINS) return;
      known = { bits: new Uint8Array(BITS / 8), count: 0, length: 0, special: 0 };
      this.#domains.set(domain, known);
    }
    const bit = hash(name) % BITS;
    known.bits[bit >> 3] = (known.bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    known.count++;
    known.length += length;
    if (CARRIERS.has(type)) known.special++;
  }

  /**
   * The domain of the highest score, 0 to 1, of different names (100 are full), mean length (50 are full) and record types;
   * undefined: none has one above 0.
   */
  strongest(): { readonly score: number; readonly domain: string | undefined } {
    let strongest: { score: number; domain: string | undefined } = { score: 0, domain: undefined };
    for (const [domain, { bits, count, length, special }] of this.#domains) {
      const different = clamp(distinct(bits) / 100);
      const long = clamp((length / count - LEAST_LENGTH) / 30);
      const score = different * long * (0.5 + (0.5 * special) / count);
      if (score > strongest.score) strongest = { score, domain };
    }
    return strongest;
  }
}

/** Linear counting. */
function distinct(bits: Uint8Array): number {
  let unset = 0;
  for (const byte of bits) for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) === 0) unset++;
  return unset === 0 ? BITS : -BITS * Math.log(unset / BITS);
}
