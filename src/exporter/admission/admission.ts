import { Doorkeeper } from './doorkeeper.ts';
import { quickHash } from './quick-hash.ts';
import { SpaceSaving } from './space-saving.ts';

export interface AdmissionOptions {
  /** Most keys that have a label of their own at a time. */
  readonly capacity: number;
  /** A key that was not seen for so long (ms) gives its place to any other. */
  readonly idleAfter: number;
}

const HOUR = 3_600_000;
/** A newcomer must be so many times as frequent as the one that it replaces, so that equals do not take turns. */
const ADVANTAGE = 1.5;
const RESIDENCY = HOUR;
const SWAPS_AN_HOUR = 10;
const AGE_EVERY = 24 * HOUR;
const SLOTS_A_PLACE = 4;
/** A power of two, several times the most places that there are. */
const ENDINGS = 512;
/** Newcomers that are remembered for each place. */
const KEYS_A_PLACE = 32;
/** Between two comparisons of newcomers with the admitted; each looks at all of these. */
const REVIEW_EVERY = 10_000;
/** How long the count that a newcomer must exceed is trusted; it rises meanwhile, and falls only when places get old. */
const TRUST_BAR = 60_000;

/** A key, and its `quickHash`. */
export interface AdmissionKey {
  readonly key: string;
  readonly keyHash: number;
}

/** The place of a key that has a label of its own; kept, it spares looking for the key. */
export interface Member {
  readonly since: number;
  /** False once another has the place. */
  isMember: boolean;
  lastSeen: number;
  /** Least count, aged. The sketch counts only those without a place. */
  count: number;
}

/**
 * Decides which keys of an unbounded set get a label value of their own. Places fill in the order of arrival; then a
 * newcomer replaces the weakest that has been there for an hour when it is half as frequent again, or one that has been
 * idle, at most ten times an hour. Time is given in milliseconds and may jump.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #sketch: SpaceSaving;
  /** Before a full sketch; most are never full. */
  #doorkeeper: Doorkeeper | undefined;
  readonly #members = new Map<string, Member>();
  /** How many members have a hash that ends so: of most strangers it says that they are none, without looking for them. */
  readonly #endings = new Uint8Array(ENDINGS);
  readonly #onEvict: (key: string) => void;
  #swaps: number[] = [];
  #nextReview = 0;
  #bar = 0;
  #barUntil = 0;
  #agedAt: number | undefined;

  /** `onEvict` is called with a key that lost its place, before the newcomer has it. */
  constructor(options: AdmissionOptions, onEvict: (key: string) => void = () => undefined) {
    this.#options = options;
    this.#sketch = new SpaceSaving(options.capacity * SLOTS_A_PLACE);
    this.#onEvict = onEvict;
  }

  /** Counts an occurrence; whether the key has a label of its own. */
  observe(key: string, now: number): boolean {
    return this.observeKey({ key, keyHash: quickHash(key) }, now);
  }

  /** The same of a key whose text is made only when it is wanted: of most strangers it is not. */
  observeKey(of: AdmissionKey, now: number): boolean {
    this.#age(now);
    const hash = of.keyHash;
    const member = this.#endings[endingOf(hash)] === 0 ? undefined : this.#members.get(of.key);
    if (member !== undefined) {
      member.lastSeen = now;
      member.count++;
      return true;
    }
    const isFull = this.#members.size >= this.#options.capacity;
    if (isFull && this.#sketch.isFull && !this.#isKnown(hash)) return false;
    const { key } = of;
    const count = this.#sketch.add(key);
    if (isFull && !this.#makeRoom(count, now)) return false;
    this.#members.set(key, { since: now, isMember: true, lastSeen: now, count });
    this.#countEnding(hash, 1);
    return true;
  }

  /** The place of a key, if it has one. */
  memberOf(key: string): Member | undefined {
    return this.#members.get(key);
  }

  /** Counts an occurrence of a key that still has its place. */
  observeMember(member: Member, now: number): void {
    this.#age(now);
    member.lastSeen = now;
    member.count++;
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  /** Keys with a label of their own, in the order of admission. */
  get members(): string[] {
    return [...this.#members.keys()];
  }

  /** Most frequent keys with their least counts, with or without a label. */
  top(most: number): { key: string; count: number }[] {
    const members = [...this.#members].map(([key, { count }]) => ({ key, count }));
    const others = this.#sketch.top(Infinity).filter(({ key }) => !this.#members.has(key));
    return [...members, ...others].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, most);
  }

  #countEnding(hash: number, by: 1 | -1): void {
    const ending = endingOf(hash);
    this.#endings[ending] = (this.#endings[ending] ?? 0) + by;
  }

  #isKnown(hash: number): boolean {
    this.#doorkeeper ??= new Doorkeeper(this.#options.capacity * KEYS_A_PLACE);
    return this.#doorkeeper.knows(hash);
  }

  #makeRoom(count: number, now: number): boolean {
    const jumped = this.#barUntil - now > TRUST_BAR;
    if (!jumped && (now < this.#nextReview || (count <= this.#bar && now < this.#barUntil))) return false;
    this.#nextReview = now + REVIEW_EVERY;
    this.#barUntil = now + TRUST_BAR;
    this.#swaps = this.#swaps.filter((at) => Math.abs(now - at) < HOUR);
    if (this.#swaps.length >= SWAPS_AN_HOUR) return false;
    const loser = this.#loser(count, now);
    if (loser === undefined) return false;
    this.#swaps.push(now);
    const lost = this.#members.get(loser);
    if (lost !== undefined) lost.isMember = false;
    this.#members.delete(loser);
    this.#countEnding(quickHash(loser), -1);
    this.#onEvict(loser);
    this.#nextReview = now;
    return true;
  }

  #loser(count: number, now: number): string | undefined {
    let weakest: string | undefined;
    let least = Infinity;
    for (const [key, { since, lastSeen, count: held }] of this.#members) {
      if (now - lastSeen > this.#options.idleAfter) return key;
      if (now - since < RESIDENCY) continue;
      if (held >= least) continue;
      least = held;
      weakest = key;
    }
    this.#bar = weakest === undefined ? 0 : ADVANTAGE * least;
    return count > this.#bar ? weakest : undefined;
  }

  #age(now: number): void {
    this.#agedAt ??= now;
    if (Math.abs(now - this.#agedAt) < AGE_EVERY) return;
    this.#agedAt = now;
    this.#bar /= 2;
    this.#sketch.halve();
    for (const member of this.#members.values()) member.count /= 2;
  }
}

function endingOf(hash: number): number {
  // The last bit is the same for all.
  return ((hash ^ (hash >>> 12)) >>> 1) & (ENDINGS - 1);
}
