import { isAskedByTheClock, isPublicDomain } from './expected-names.ts';
import { clamp } from './tunnel-watch.ts';

/** Domains that are watched of one client at a time. */
const PLACES = 16;
const SPAN = 6 * 3_600_000;
const LEAST_HITS = 20;
/** Fewer intervals than this say nothing, however many hits there were. */
const LEAST_INTERVALS = 10;
/** A coefficient of variation from here on is no beat at all. */
const IRREGULAR = 0.3;
const NEAR_TTL = 0.1;

/** A domain that has one of the places, with Welford's running mean and sum of squares of its intervals in seconds. */
interface Place {
  domain: string;
  /** How far ahead of the others of its place the domain is: another takes it at 0. */
  lead: number;
  since: number;
  last: number;
  /** Time to live in seconds of the last answer; 0: not known. */
  ttl: number;
  hits: number;
  intervals: number;
  mean: number;
  squares: number;
  /** Score of the six hours before. */
  before: number;
}

export interface Beacon {
  readonly domain: string;
  /** 0 to 1. */
  readonly score: number;
  /** Mean seconds between two queries. */
  readonly every: number;
}

/**
 * Looks for queries that come like a clock: of each client the domains that it asks for most (each of 16 places belongs to
 * the one that has the majority of its queries; vendors' domains have none), from 20 hits in six hours on, 1 - CV / 0.3 of the intervals, where CV is
 * deviation / mean. Intervals within 10 % of the answer's time to live are left out: caches make every client so regular.
 */
export class BeaconWatch {
  readonly #places: (Place | undefined)[] = [];

  /** Whether the domain has a place, after a query for it; only then `hit` needs to be called. */
  holds(domain: string): boolean {
    const index = placeOf(domain);
    const place = this.#places[index];
    if (place?.domain === domain) {
      place.lead++;
      return true;
    }
    if (place !== undefined && --place.lead > 0) return false;
    if (isAskedByTheClock(domain) || !isPublicDomain(domain)) return false;
    this.#places[index] = { ...EMPTY, domain };
    return true;
  }

  /** Counts a query for a domain that has a place. `at` in milliseconds, `ttl` of its answer in seconds. */
  hit(domain: string, at: number, ttl: number | undefined): void {
    const place = this.#places[placeOf(domain)];
    if (place?.domain !== domain) return;
    if (place.hits === 0) place.since = at;
    if (at - place.since >= SPAN || at < place.since) startAnew(place, at);
    const interval = (at - place.last) / 1000;
    if (place.hits > 0 && interval > 0 && Math.abs(interval - place.ttl) > NEAR_TTL * place.ttl) {
      place.intervals++;
      const difference = interval - place.mean;
      place.mean += difference / place.intervals;
      place.squares += difference * (interval - place.mean);
    }
    place.hits++;
    place.last = Math.max(place.last, at);
    place.ttl = ttl ?? 0;
  }

  /** What beats, strongest first. */
  found(): Beacon[] {
    return this.#places
      .flatMap((place): Beacon[] =>
        place === undefined
          ? []
          : [{ domain: place.domain, score: Math.max(scoreOf(place), place.before), every: place.mean }],
      )
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  }
}

const EMPTY: Omit<Place, 'domain'> = {
  lead: 1,
  since: 0,
  last: 0,
  ttl: 0,
  hits: 0,
  intervals: 0,
  mean: 0,
  squares: 0,
  before: 0,
};

/** A few characters tell domains apart well enough: two in one place compete, they are never mixed. */
function placeOf(domain: string): number {
  const { length } = domain;
  const sum = length * 7 + domain.charCodeAt(0) * 31 + domain.charCodeAt(length >> 1) * 17 + domain.charCodeAt(2);
  // Without a third character the sum is no number, and the place the first.
  return (sum | 0) % PLACES;
}

function scoreOf({ hits, intervals, mean, squares }: Place): number {
  if (hits < LEAST_HITS || intervals < LEAST_INTERVALS || mean <= 0) return 0;
  return 1 - clamp(Math.sqrt(squares / intervals) / mean / IRREGULAR);
}

function startAnew(place: Place, at: number): void {
  const before = scoreOf(place);
  const lead = Math.ceil(place.lead / 2);
  Object.assign(place, EMPTY, { since: at, before, lead, last: Math.min(place.last, at) });
}
