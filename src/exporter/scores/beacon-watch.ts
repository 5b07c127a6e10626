import type { QueriedName } from '../accounts/queried-name.ts';
import { clamp } from './clamp.ts';

/** Domains that are watched of one client at a time; a power of two. */
const PLACES = 16;
const SPAN = 6 * 3_600_000;
const LEAST_HITS = 20;
/** Fewer intervals than this say nothing, however many hits there were. */
const LEAST_INTERVALS = 10;
/** A coefficient of variation from here on is no beat at all. */
const IRREGULAR = 0.3;
const NEAR_TTL = 0.1;

/**
 * What is known of the domain of a place, as numbers in one array: objects for domains that come and go would cost more than
 * all else that is counted. Times in milliseconds, intervals (Welford's running mean and sum of squares) in seconds.
 */
const enum Of {
  /** Of the domain: numbers are compared in no time, texts are not. */
  hash,
  /** How far ahead of the others of its place the domain is: another takes it at 0. */
  lead,
  since,
  /** The last query; NaN: its time was not asked for. */
  last,
  /** Time to live in seconds of the last answer; 0: not known. */
  ttl,
  /** 0: nothing but the two above is of this domain yet. */
  hits,
  intervals,
  mean,
  squares,
  /** Score of the six hours before. */
  before,
}
const WIDTH = 10;

/** A domain and 53 bits of it. */
type Watched = Pick<QueriedName, 'domain' | 'hash'>;

export interface Beacon {
  readonly domain: string;
  /** 0 to 1. */
  readonly score: number;
  /** Mean seconds between two queries. */
  readonly every: number;
}

/**
 * Looks for queries that come like a clock: of each client the domains that it asks for most (each of 16 places belongs to
 * the one that has the majority of its queries), from 20 hits in six hours on, 1 - CV / 0.3 of the intervals, where CV is
 * deviation / mean. Intervals within 10 % of the answer's time to live are left out: caches make every client so regular.
 */
export class BeaconWatch {
  readonly #domains: (string | undefined)[] = Array.from({ length: PLACES }, () => undefined);
  readonly #numbers = new Float64Array(PLACES * WIDTH);

  /** Counts a query for a domain; whether its time is wanted: then `hit` is to be called. */
  observe({ hash }: Watched): boolean {
    const start = (hash & (PLACES - 1)) * WIDTH;
    const numbers = this.#numbers;
    const lead = numbers[start + Of.lead] ?? 0;
    if (numbers[start + Of.hash] === hash) {
      numbers[start + Of.lead] = lead + 1;
      return true;
    }
    if (lead > 1) {
      numbers[start + Of.lead] = lead - 1;
      return false;
    }
    // Most have a place for this one query only: the rest is written when another comes.
    numbers[start + Of.hash] = hash;
    numbers[start + Of.lead] = 1;
    numbers[start + Of.hits] = 0;
    return false;
  }

  /** Tells when a query was made whose time was wanted, in milliseconds, and `ttl` of its answer in seconds. */
  hit({ domain, hash }: Watched, at: number, ttl: number | undefined): void {
    const place = hash & (PLACES - 1);
    const start = place * WIDTH;
    const numbers = this.#numbers;
    if (numbers[start + Of.hash] !== hash) return;
    const get = (what: Of): number => numbers[start + what] ?? 0;
    if (get(Of.hits) === 0) {
      this.#domains[place] = domain;
      // For so few, `fill` takes longer.
      for (let index = start + Of.since; index < start + WIDTH; index++) numbers[index] = 0;
      // The query that it got the place with, whose time was not asked for.
      numbers[start + Of.hits] = 1;
      numbers[start + Of.last] = NaN;
      numbers[start + Of.since] = at;
    }
    if (at - get(Of.since) >= SPAN || at < get(Of.since)) this.#startAnew(start, at);
    // Asleep for the night: that is a pause, and no interval.
    const interval = at - get(Of.last) >= SPAN ? NaN : (at - get(Of.last)) / 1000;
    if (interval > 0 && Math.abs(interval - get(Of.ttl)) > NEAR_TTL * get(Of.ttl)) {
      const difference = interval - get(Of.mean);
      const mean = get(Of.mean) + difference / (get(Of.intervals) + 1);
      numbers[start + Of.intervals] = get(Of.intervals) + 1;
      numbers[start + Of.mean] = mean;
      numbers[start + Of.squares] = get(Of.squares) + difference * (interval - mean);
    }
    numbers[start + Of.hits] = get(Of.hits) + 1;
    numbers[start + Of.last] = get(Of.last) > at ? get(Of.last) : at;
    numbers[start + Of.ttl] = ttl ?? 0;
  }

  /** What beats at `now`, in milliseconds, or did in the six hours before; strongest first. */
  found(now: number): Beacon[] {
    return this.#domains
      .flatMap((domain, place): Beacon[] => {
        const start = place * WIDTH;
        if (domain === undefined || this.#numbers[start + Of.hits] === 0) return [];
        const get = (what: Of): number => this.#numbers[start + what] ?? 0;
        const present = now - get(Of.last) < SPAN ? this.#score(start) : 0;
        const before = now - get(Of.since) < SPAN ? get(Of.before) : 0;
        const score = Math.max(present, before);
        return [{ domain, score, every: this.#numbers[start + Of.mean] ?? 0 }];
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  }

  #score(start: number): number {
    const get = (what: Of): number => this.#numbers[start + what] ?? 0;
    const mean = get(Of.mean);
    if (get(Of.hits) < LEAST_HITS || get(Of.intervals) < LEAST_INTERVALS || !(mean > 0)) return 0;
    return 1 - clamp(Math.sqrt(get(Of.squares) / get(Of.intervals)) / mean / IRREGULAR);
  }

  /** Six hours are over, or the clock was set back. */
  #startAnew(start: number, at: number): void {
    const numbers = this.#numbers;
    const before = this.#score(start);
    const hash = numbers[start + Of.hash] ?? 0;
    const lead = Math.ceil((numbers[start + Of.lead] ?? 0) / 2);
    const last = Math.min(numbers[start + Of.last] ?? at, at);
    numbers.fill(0, start, start + WIDTH);
    numbers[start + Of.hash] = hash;
    numbers[start + Of.lead] = lead;
    numbers[start + Of.since] = at;
    numbers[start + Of.last] = last;
    numbers[start + Of.before] = before;
  }
}
