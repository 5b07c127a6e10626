import { hash } from '../adguard/log-item.ts';
import { SeenDomains } from './seen-domains.ts';
import { clamp, TunnelWatch } from './tunnel-watch.ts';

/** What of a query is scored. */
export interface ScoredQuery {
  /** Lower case. */
  readonly name: string;
  readonly domain: string;
  readonly type: string;
  readonly blocked: boolean;
  readonly nxdomain: boolean;
  /** Blocked by a list against malware and phishing, or by safe browsing. */
  readonly security: boolean;
}

/** Scores from 0 to 1; what cannot be said yet is not there. */
export interface Scores {
  readonly behaviour: ReadonlyMap<string, number>;
  readonly patterns: ReadonlyMap<string, number>;
}

const MOST_DISTINCT = 512;
const DAY = 86_400_000;
/** Weight of the newest observation of an hour of the day. */
const WEIGHT = 0.1;
const LEAST_OBSERVATIONS = 3;
const SHORTEST_LABEL = 8;

interface Hour {
  observations: number;
  mean: number;
  variance: number;
}

/** What one client does in a window, beside what it usually does. */
export class ClientActivity {
  readonly #since: number;
  readonly #hours: Hour[] = Array.from({ length: 24 }, () => ({ observations: 0, mean: 0, variance: 0 }));
  readonly #seen: SeenDomains;
  #distinct = new Set<string>();
  #tunnel = new TunnelWatch();
  #queries = 0;
  #blocked = 0;
  #missing = 0;
  #security = 0;
  #new = 0;
  #randomNames = 0;
  #randomness = 0;

  /** `now` in milliseconds: what the client usually does is known a day later. */
  constructor(now: number) {
    this.#since = now;
    this.#seen = new SeenDomains(now);
  }

  observe(query: ScoredQuery, now: number): void {
    this.#queries++;
    if (query.blocked) this.#blocked++;
    if (query.security) this.#security++;
    if (query.nxdomain) {
      this.#missing++;
      this.#observeMissing(query.domain);
    }
    this.#tunnel.observe(query.name, query.domain, query.type);
    if (this.#distinct.size >= MOST_DISTINCT || this.#distinct.has(query.domain)) return;
    this.#distinct.add(query.domain);
    if (!this.#seen.add(hash(query.domain), now)) this.#new++;
  }

  /** Ends the window; `hour` is the hour of the day that it belongs to. */
  close(hour: number, now: number): Scores {
    const behaviour = new Map<string, number>();
    const patterns = new Map<string, number>();
    const volume = this.#volume(hour);
    if (volume !== undefined) behaviour.set('volume', volume);
    // Shrunk towards 1 in 20, so that two queries of which one is blocked mean little.
    behaviour.set('blocked_ratio', (this.#blocked + 1) / (this.#queries + 20));
    if (this.#queries >= 30) behaviour.set('nxdomain_ratio', this.#missing / this.#queries);
    if (this.#queries >= 20 && now - this.#since >= DAY) behaviour.set('new_domains', this.#new / this.#distinct.size);
    if (this.#randomNames >= 10) patterns.set('dga', this.#randomness / this.#randomNames);
    patterns.set('tunnel', this.#tunnel.score());
    patterns.set('security_list', 1 - Math.exp(-this.#security / 5));
    this.#begin();
    return { behaviour, patterns };
  }

  #begin(): void {
    this.#distinct = new Set();
    this.#tunnel = new TunnelWatch();
    this.#queries = this.#blocked = this.#missing = this.#security = this.#new = 0;
    this.#randomNames = this.#randomness = 0;
  }

  #volume(hour: number): number | undefined {
    const usual = this.#hours[hour];
    if (usual === undefined) return undefined;
    const { observations, mean, variance } = usual;
    const difference = this.#queries - mean;
    usual.observations++;
    usual.mean = observations === 0 ? this.#queries : mean + WEIGHT * difference;
    usual.variance = observations === 0 ? 0 : (1 - WEIGHT) * (variance + WEIGHT * difference * difference);
    if (observations < LEAST_OBSERVATIONS) return undefined;
    return clamp(difference / Math.max(Math.sqrt(variance), Math.sqrt(mean), 3) / 6);
  }

  #observeMissing(domain: string): void {
    const label = domain.slice(0, domain.indexOf('.') === -1 ? domain.length : domain.indexOf('.'));
    if (label.length < SHORTEST_LABEL) return;
    this.#randomNames++;
    this.#randomness += clamp((entropy(label) - 2.8) / 1.2);
  }
}

/** Shannon's entropy in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
