import { hash } from '../adguard/log-item.ts';
import type { Member } from '../admission/admission.ts';
import { isAskedByTheClock, isPublicDomain } from '../scores/expected-names.ts';
import { boundedValue } from '../store/series-labels.ts';
import type { SeriesMemo } from '../store/series-memo.ts';
import type { AskedName } from './dns-event.ts';
import { registrableDomain } from './registrable-domain.ts';

/** A domain that has a label, with the series that its queries are counted in. */
export interface ToldDomain {
  readonly member: Member;
  readonly queries: SeriesMemo;
}

/** A name that was asked for, and what follows from it. */
export class QueriedName {
  /** As the log has it. */
  readonly text: string;
  /** In lower case. */
  readonly name: string;
  /** The registrable domain as a label value. */
  readonly domain: string;
  /** Whether the domain is one of the public internet. */
  readonly isPublic: boolean;
  /** Whether it is looked at for queries that come like a clock: public, and not of a vendor whose programs ask so. */
  readonly isWatched: boolean;
  /** A text whose end, from `start` on, is the domain: parts of texts, as the domain is, are slow to look at. */
  readonly whole: string;
  readonly start: number;
  /** Its domain's label, as it was last. */
  told: ToldDomain | undefined;
  #hash: number | undefined;

  /** `start`: where in the name the domain begins; -1: it is no part of it. */
  constructor(text: string, name: string, domain: string, start: number) {
    this.text = text;
    this.name = name;
    this.domain = domain;
    this.whole = start < 0 ? domain : name;
    this.start = Math.max(0, start);
    this.isPublic = isPublicDomain(domain);
    this.isWatched = this.isPublic && !isAskedByTheClock(domain);
  }

  /** 53 bits of the domain. */
  get hash(): number {
    return (this.#hash ??= hash(this.whole, this.start));
  }
}

/** A power of two. */
const PLACES = 4096;
/** What is longer is no name (RFC 1035), and not kept. */
const LONGEST_NAME = 254;
/** Labels beyond the domain are cut off from it by the second dot; countries, reverse lookups and the house have rules. */
const PLAIN_SUFFIX = 3;
const LONGEST_PLAIN = 64;
const DOT = 46;
/** 1 for what may stand in a name in lower case, besides dots. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) => Number(/[a-z0-9_-]/.test(String.fromCharCode(code))));

/**
 * Works out what follows from the names in a log, once for those that come again: each is kept in the place that a hash of it
 * says. It gets the place at its second time, if no other has asked for the place since the first: most names come but once,
 * and to keep each of them for a while would give the garbage collector more to do than all else here.
 */
export class QueriedNames {
  readonly #localDomains: readonly string[];
  readonly #places: (QueriedName | undefined)[] = Array.from({ length: PLACES }, () => undefined);
  /** Hashes of those that have the places; what differs here need not be compared. */
  readonly #hashes = new Int32Array(PLACES);
  /** Hashes of those that asked last for the places that others have. */
  readonly #candidates = new Int32Array(PLACES);

  constructor(localDomains: readonly string[]) {
    this.#localDomains = localDomains;
  }

  of(asked: AskedName): QueriedName {
    const { name, nameHash } = asked;
    const place = (nameHash ^ (nameHash >>> 13)) & (PLACES - 1);
    const known = this.#places[place];
    if (this.#hashes[place] === nameHash && known?.text === name) return known;
    const made = this.#make(asked.ownName());
    if (this.#candidates[place] !== nameHash) this.#candidates[place] = nameHash;
    else if (name.length <= LONGEST_NAME) {
      this.#hashes[place] = nameHash;
      this.#places[place] = made;
    }
    return made;
  }

  #make(text: string): QueriedName {
    const start = plainDomain(text);
    if (start >= 0 && !this.#localDomains.some((local) => text.endsWith(local)))
      return new QueriedName(text, text, start === 0 ? text : text.slice(start), start);
    const name = text.toLowerCase();
    const domain = boundedValue(registrableDomain(name, this.#localDomains));
    return new QueriedName(text, name, domain, name.endsWith(domain) ? name.length - domain.length : -1);
  }
}

/**
 * Where the registrable domain of an ordinary name begins, in one pass over it: lower case, a suffix of three letters (`com`).
 * -1: the name is of another kind. It says what `registrableDomain` says.
 */
function plainDomain(text: string): number {
  if (text.length > LONGEST_PLAIN) return -1;
  let last = -1;
  let second = -1;
  for (let place = text.length - 1; place >= 0; place--) {
    const code = text.charCodeAt(place);
    if (code === DOT) {
      if (last === -1) last = place;
      else if (second === -1) second = place;
    } else if (code >= PLAIN.length || PLAIN[code] === 0) return -1;
  }
  return last > 0 && text.length - last - 1 === PLAIN_SUFFIX ? second + 1 : -1;
}
