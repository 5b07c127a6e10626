/** An entry as the API gives it. */
export interface FakeEntry {
  readonly time: string;
  readonly client: string;
  readonly question: { readonly type: string; readonly class: string; readonly name: string };
  readonly reason: string;
  readonly elapsedMs: string;
  readonly [key: string]: unknown;
}

/** Nanoseconds since the epoch as Go writes them in a zone of +02:00: trailing zeros of the fraction are cut. */
export function goTime(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const fraction = (nanoseconds % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  const local = new Date(Number(seconds) * 1000 + 7_200_000).toISOString().slice(0, 19);
  return `${local}${fraction === '' ? '' : `.${fraction}`}+02:00`;
}

interface Kept {
  readonly nanoseconds: bigint;
  readonly entry: FakeEntry;
}

/**
 * AdGuard's query log: a buffer in memory that is written to a file when it is full. A search takes the buffer from its
 * newest entry on, then the file from the exactly named entry on (nothing when it is not there), cuts, and only then sorts.
 */
export class FakeQueryLog {
  readonly #sizeMemory: number;
  #memory: Kept[] = [];
  #file: Kept[] = [];
  /** Between clearing the buffer and having written it, entries are nowhere. */
  #flushing: Kept[] | undefined;
  #number = 0;

  constructor(sizeMemory: number) {
    this.#sizeMemory = sizeMemory;
  }

  get size(): number {
    return this.#memory.length + this.#file.length;
  }

  add(nanoseconds: bigint, different: Readonly<Record<string, unknown>> = {}): void {
    const number = this.#number++;
    const entry: FakeEntry = {
      answer: [{ type: 'A', value: '93.184.216.34', ttl: 300 }],
      answer_dnssec: false,
      cached: false,
      client: '192.168.1.23',
      client_info: { whois: {}, name: '', disallowed_rule: '', disallowed: false },
      client_proto: '',
      elapsedMs: `${(number % 90) + 1}.5`,
      question: { type: 'A', class: 'IN', name: `www${number}.example.com` },
      reason: 'NotFilteredNotFound',
      rules: [],
      status: 'NOERROR',
      time: goTime(nanoseconds),
      upstream: 'https://dns10.quad9.net:443/dns-query',
      ...different,
    };
    this.#memory.push({ nanoseconds, entry });
    if (this.#memory.length >= this.#sizeMemory) this.flush();
  }

  /** Writes the buffer to the file. */
  flush(): void {
    this.#file.push(...this.#memory);
    this.#memory = [];
  }

  beginFlush(): void {
    this.#flushing = this.#memory;
    this.#memory = [];
  }

  endFlush(): void {
    this.#file.push(...(this.#flushing ?? []));
    this.#flushing = undefined;
  }

  clear(): void {
    this.#memory = [];
    this.#file = [];
  }

  /** AdGuard dies: what was not written is lost. */
  crash(): void {
    this.#memory = [];
  }

  search(parameters: URLSearchParams): { data: FakeEntry[]; oldest: string } {
    const limit = Number(parameters.get('limit') ?? 500);
    const olderThan = parameters.get('older_than');
    const time = olderThan === null ? undefined : this.#timeOf(olderThan);
    if (olderThan !== null && time === undefined) return { data: [], oldest: '' };
    const isOlder = ({ nanoseconds }: Kept): boolean => time === undefined || nanoseconds < time;
    const found = [...this.#memory.filter(isOlder).reverse(), ...this.#fileFrom(time).filter(isOlder).slice(0, limit)];
    const page = found.slice(0, limit).sort((a, b) => Number(b.nanoseconds - a.nanoseconds));
    return { data: page.map(({ entry }) => entry), oldest: page.at(-1)?.entry.time ?? '' };
  }

  /** The file backwards from the entry of exactly this time; all of it when the time is later than its newest. */
  #fileFrom(time: bigint | undefined): Kept[] {
    const newest = this.#file.at(-1);
    if (time === undefined || newest === undefined || time > newest.nanoseconds) return [...this.#file].reverse();
    const index = this.#file.findIndex(({ nanoseconds }) => nanoseconds === time);
    return index === -1 ? [] : this.#file.slice(0, index).reverse();
  }

  #timeOf(text: string): bigint | undefined {
    const match = /^(.{19})(?:\.(\d+))?\+02:00$/.exec(text);
    if (match?.[1] === undefined) return undefined;
    const seconds = BigInt(Date.parse(`${match[1]}Z`) / 1000 - 7200);
    return seconds * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
  }
}
