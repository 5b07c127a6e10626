import type { DnsEvent } from '../accounts/dns-event.ts';
import type { QueriedName } from '../accounts/queried-name.ts';
import { boundedValue } from '../store/series-labels.ts';
import { BeaconWatch, type Beacon } from './beacon-watch.ts';
import { clamp } from './clamp.ts';
import { DistinctDomains } from './distinct-domains.ts';
import { HourlyUsual } from './hourly-usual.ts';
import { SeenDomains } from './seen-domains.ts';
import { TunnelWatch } from './tunnel-watch.ts';

/** What of a query is scored. */
export interface ScoredQuery {
  readonly queried: QueriedName;
  /** For its type, its time and its answer. */
  readonly event: DnsEvent;
  readonly blocked: boolean;
  readonly nxdomain: boolean;
  /** Blocked by a list against malware and phishing, or by safe browsing. */
  readonly security: boolean;
  /** A public name was answered with a private address. */
  readonly rebound: boolean;
}

/** Scores from 0 to 1; what cannot be said yet is not there. */
export interface Scores {
  readonly behaviour: ReadonlyMap<string, number>;
  readonly patterns: ReadonlyMap<string, number>;
  /** By pattern: the first few names that it is due to. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

const DAY = 86_400_000;
const SHORTEST_LABEL = 8;
/** Names that are kept of each pattern, to say what stood out. */
const MOST_NAMES = 5;
/** From so much randomness on a name is one of those that stand out. */
const RANDOM = 0.5;
/** Far from where numbers end, whatever is multiplied next. */
const MOST_PRODUCT = 1e200;

/** What one client does in a window, beside what it usually does. */
export class ClientActivity {
  readonly #since: number;
  readonly #usual = new HourlyUsual();
  readonly #beacons = new BeaconWatch();
  readonly #seen: SeenDomains;
  readonly #distinct = new DistinctDomains();
  readonly #missingDomains = new DistinctDomains();
  #tunnel = new TunnelWatch();
  #queries = 0;
  #blocked = 0;
  #missing = 0;
  #security = 0;
  #new = 0;
  #randomNames = 0;
  #randomness = 0;
  #random = new Set<string>();
  #onLists = new Set<string>();
  #rebound = new Set<string>();

  /** `now` in milliseconds: what the client usually does is known a day later. */
  constructor(now: number) {
    this.#since = now;
    this.#seen = new SeenDomains(now);
  }

  observe(query: ScoredQuery, now: number): void {
    const { queried, nxdomain } = query;
    this.#queries++;
    if (query.blocked) this.#blocked++;
    if (query.security) {
      this.#security++;
      note(this.#onLists, queried.domain);
    }
    if (query.rebound) note(this.#rebound, queried.name);
    if (nxdomain) this.#missing++;
    // Reverse lookups and names of the house are long and missing by nature.
    if (queried.isPublic) {
      if (nxdomain) this.#observeMissing(queried);
      this.#tunnel.observe(queried, query.event.type);
    }
    if (queried.isWatched && this.#beacons.observe(queried)) this.#observeBeat(query);
    if (this.#distinct.isFull) return;
    if (this.#distinct.add(queried.hash) && !this.#seen.add(queried.hash, now)) this.#new++;
  }

  /** Ends the window; `hour` is the hour of the day that it belongs to. */
  close(hour: number, now: number): Scores {
    const behaviour = new Map<string, number>();
    const patterns = new Map<string, number>();
    const names = new Map<string, readonly string[]>();
    const volume = this.#usual.score(this.#queries, hour);
    if (volume !== undefined) behaviour.set('volume', volume);
    // Shrunk towards 1 in 20, so that two queries of which one is blocked mean little.
    behaviour.set('blocked_ratio', (this.#blocked + 1) / (this.#queries + 20));
    if (this.#queries >= 30) behaviour.set('nxdomain_ratio', this.#missing / this.#queries);
    if (this.#queries >= 20 && now - this.#since >= DAY) behaviour.set('new_domains', this.#new / this.#distinct.size);
    if (this.#randomNames >= 10) patterns.set('dga', this.#randomness / this.#randomNames);
    const tunnel = this.#tunnel.strongest();
    patterns.set('tunnel', tunnel.score);
    const beacons = this.#beacons.found(now);
    patterns.set('beacon', beacons[0]?.score ?? 0);
    patterns.set('security_list', 1 - Math.exp(-this.#security / 5));
    patterns.set('rebind', this.#rebound.size > 0 ? 1 : 0);
    names.set('dga', [...this.#random]).set('tunnel', tunnel.domain === undefined ? [] : [tunnel.domain]);
    names.set('beacon', beacons.slice(0, MOST_NAMES).map(beatOf));
    names.set('security_list', [...this.#onLists]).set('rebind', [...this.#rebound]);
    this.#begin();
    return { behaviour, patterns, names };
  }

  #begin(): void {
    this.#distinct.clear();
    this.#missingDomains.clear();
    this.#tunnel = new TunnelWatch();
    this.#queries = this.#blocked = this.#missing = this.#security = this.#new = 0;
    this.#randomNames = this.#randomness = 0;
    this.#random = new Set();
    this.#onLists = new Set();
    this.#rebound = new Set();
  }

  #observeBeat({ queried, event }: ScoredQuery): void {
    const at = event.at();
    if (at !== undefined) this.#beacons.hit(queried, at, event.ttl());
  }

  #observeMissing({ domain, hash, whole, domainAt }: QueriedName): void {
    const length = domain.indexOf('.');
    if (length < SHORTEST_LABEL) return;
    // Names count, not queries: a device that asks for one missing name again and again makes up none.
    if (!this.#missingDomains.add(hash)) return;
    this.#randomNames++;
    const randomness = clamp((entropy(whole, domainAt, domainAt + length) - 2.8) / 1.2);
    this.#randomness += randomness;
    if (randomness >= RANDOM) note(this.#random, domain);
  }
}

function note(names: Set<string>, name: string): void {
  if (names.size < MOST_NAMES) names.add(boundedValue(name));
}

function beatOf({ domain, every }: Beacon): string {
  return `${boundedValue(domain)} every ${every.toPrecision(3)} s`;
}

/** Shannon's entropy of a part of a text in bits a character. */
export function entropy(text: string, start: number = 0, end: number = text.length): number {
  const length = end - start;
  if (length === 0) return 0;
  // The mean of log2(length / count) over all characters. Labels are short: to count each character anew and to take the
  // logarithm of a product costs a fraction of a map of counts.
  let bits = 0;
  let product = 1;
  for (let index = start; index < end; index++) {
    const character = text.charCodeAt(index);
    let count = 0;
    for (let other = start; other < end; other++) if (text.charCodeAt(other) === character) count++;
    product *= count;
    if (product < MOST_PRODUCT) continue;
    bits += Math.log2(product);
    product = 1;
  }
  return Math.log2(length) - (bits + Math.log2(product)) / length;
}
