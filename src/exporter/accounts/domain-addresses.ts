const DAY = 86_400_000;
const MOST_ADDRESSES = 32;

/** Addresses of a domain that are told as metrics: those seen last. */
const TOLD_ADDRESSES = 4;

interface Domain {
  /** Address -> when it was seen last, in milliseconds. */
  readonly addresses: Map<string, number>;
  ttl: number;
}

export interface DomainAddress {
  readonly domain: string;
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
}

/** Which addresses the told domains were resolved to in the last 24 hours. */
export class DomainAddresses {
  readonly #domains = new Map<string, Domain>();

  /** Only domains that have a label may be given: they are forgotten with it. */
  observe(domain: string, addresses: readonly string[], ttl: number | undefined, now: number): void {
    if (addresses.length === 0) return;
    const known = this.#domains.get(domain) ?? { addresses: new Map<string, number>(), ttl: Infinity };
    this.#domains.set(domain, known);
    if (ttl !== undefined) known.ttl = Math.min(known.ttl, ttl);
    for (const address of addresses) known.addresses.set(address, now);
    // Those that came first go first: to look for those seen last would cost more than all else that is counted.
    for (const first of known.addresses.keys()) {
      if (known.addresses.size <= MOST_ADDRESSES) break;
      known.addresses.delete(first);
    }
  }

  /** Whether addresses of a domain are known. */
  has(domain: string): boolean {
    return this.#domains.has(domain);
  }

  forget(domain: string): void {
    this.#domains.delete(domain);
  }

  /** Drops what was not seen for a day. */
  expire(now: number): void {
    for (const [domain, { addresses }] of this.#domains) {
      for (const [address, seenAt] of addresses) if (now - seenAt > DAY) addresses.delete(address);
      if (addresses.size === 0) this.#domains.delete(domain);
    }
  }

  *counts(): Iterable<readonly [values: readonly string[], value: number]> {
    for (const [domain, { addresses }] of this.#domains) yield [[domain], addresses.size];
  }

  *ttls(): Iterable<readonly [values: readonly string[], value: number]> {
    for (const [domain, { ttl }] of this.#domains) if (ttl < Infinity) yield [[domain], ttl];
  }

  /** The addresses of each domain that were seen last; all that are known with `all`. */
  *entries(all: boolean = false): Iterable<DomainAddress> {
    for (const [domain, { addresses }] of this.#domains) {
      const kept = bySeen(addresses).slice(all ? 0 : -TOLD_ADDRESSES);
      for (const [address, seenAt] of kept) yield { domain, address, seenAt };
    }
  }
}

/** Seen last comes last. Sorted where it is told: what is seen with nearly every query must cost little. */
function bySeen(addresses: ReadonlyMap<string, number>): [address: string, seenAt: number][] {
  return [...addresses].sort(([, a], [, b]) => a - b);
}
