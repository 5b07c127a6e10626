import { hash } from '../adguard/log-item.ts';
import type { AdmissionKey, Member } from '../admission/admission.ts';
import { quickHash } from '../admission/quick-hash.ts';
import { ownText } from '../log-file/own-text.ts';
import { hasVendorsLength, isAskedByTheClock, isPublicDomain, isPublicTop } from '../scores/expected-names.ts';
import { boundedValue } from '../store/series-labels.ts';
import type { SeriesMemo } from '../store/series-memo.ts';
import type { AskedName } from './dns-event.ts';
import { registrableDomain } from './registrable-domain.ts';

/** A domain that has a label, with the series that its queries are counted in. */
export interface ToldDomain {
  readonly member: Member;
  readonly queries: SeriesMemo;
}

/**
 * A name that was asked for, and what follows from it; good only while the query is told, unless it was kept. Texts are made
 * when they are wanted: of most names, which come but once, none is.
 */
export class QueriedName implements AdmissionKey {
  /** Whether the domain is one of the public internet. */
  readonly isPublic: boolean;
  /** Its domain's label, as it was last. */
  told: ToldDomain | undefined;
  #within: string;
  #start: number;
  #end: number;
  #domainAt: number;
  /** The name where the domain is no part of it, as that of a reverse lookup, or where the name is too long. */
  readonly #apart: string | undefined;
  #whole: string | undefined;
  #domain: string | undefined;
  #hash: number | undefined;

  /**
   * The name, in lower case, is the part of a text from `start` to before `end`, and what begins at `domainAt` is its domain;
   * with `apart` as the name, that part is the domain alone.
   */
  constructor(within: string, { start, end, domainAt }: Place, isPublic: boolean, apart?: string) {
    this.#within = within;
    this.#apart = apart;
    this.#start = start;
    this.#end = end;
    this.#domainAt = domainAt;
    this.isPublic = isPublic;
  }

  /** In lower case. */
  get name(): string {
    return this.#apart ?? this.whole;
  }

  /** A text whose end, from `domainAt` on, is the domain: parts of texts, as the domain is, are slow to look at. */
  get whole(): string {
    return (this.#whole ??= ownText(this.#within.slice(this.#start, this.#end)));
  }

  get domainAt(): number {
    return this.#domainAt - this.#start;
  }

  /** The registrable domain as a label value. */
  get domain(): string {
    return (this.#domain ??= this.whole.slice(this.domainAt));
  }

  get key(): string {
    return this.domain;
  }

  get keyHash(): number {
    return quickHash(this.#within, this.#domainAt, this.#end);
  }

  /** 53 bits of the domain. */
  get hash(): number {
    return (this.#hash ??= hash(this.#within, this.#domainAt, this.#end));
  }

  /** How many characters are before the domain and its dot; -1: none. */
  get lengthBefore(): number {
    return this.#apart === undefined ? this.domainAt - 1 : this.#apart.length - (this.#end - this.#start) - 1;
  }

  /** Whether it is looked at for queries that come like a clock: public, and not of a vendor whose programs ask so. */
  get isWatched(): boolean {
    return this.isPublic && !(hasVendorsLength(this.#end - this.#domainAt) && isAskedByTheClock(this.domain));
  }

  /** Makes it last, with texts of its own. */
  keep(): this {
    const { whole } = this;
    this.#domainAt -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
    this.#within = whole;
    return this;
  }
}

/** Where in a text a name is, and its domain. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly domainAt: number;
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
  /** As the log has those that have the places. */
  readonly #texts: string[] = Array.from({ length: PLACES }, () => '');
  /** Their hashes: what differs here need not be compared. */
  readonly #hashes = new Int32Array(PLACES);
  /** Hashes of those that asked last for the places that others have. */
  readonly #candidates = new Int32Array(PLACES);

  constructor(localDomains: readonly string[]) {
    this.#localDomains = localDomains;
  }

  of({ name, within, nameAt }: AskedName): QueriedName {
    const end = nameAt + name.length;
    const hashed = quickHash(within, nameAt, end);
    const place = (hashed ^ (hashed >>> 13)) & (PLACES - 1);
    const known = this.#places[place];
    if (this.#hashes[place] === hashed && known !== undefined && this.#texts[place] === name) return known;
    const made = this.#make(name, within, nameAt, end);
    if (this.#candidates[place] !== hashed) this.#candidates[place] = hashed;
    else if (name.length <= LONGEST_NAME) {
      this.#hashes[place] = hashed;
      this.#texts[place] = ownText(name);
      this.#places[place] = made.keep();
    }
    return made;
  }

  #make(text: string, within: string, start: number, end: number): QueriedName {
    const domainAt = plainDomain(within, start, end);
    if (domainAt >= 0 && !this.#localDomains.some((local) => text.endsWith(local))) {
      const top = end - PLAIN_SUFFIX;
      return new QueriedName(within, { start, end, domainAt }, top - 1 > domainAt && isPublicTop(within, top, end));
    }
    const name = ownText(text).toLowerCase();
    const domain = boundedValue(registrableDomain(name, this.#localDomains));
    const isPublic = isPublicDomain(domain);
    // A domain that is kept holds the name of which it is a part: so none of one that has no end.
    if (name.length <= LONGEST_NAME && name.endsWith(domain))
      return new QueriedName(name, { start: 0, end: name.length, domainAt: name.length - domain.length }, isPublic);
    return new QueriedName(domain, { start: 0, end: domain.length, domainAt: 0 }, isPublic, name);
  }
}

/**
 * Where the registrable domain of an ordinary name begins, in one pass over it: lower case, a suffix of three letters (`com`).
 * -1: the name is of another kind. It says what `registrableDomain` says.
 */
function plainDomain(text: string, start: number, end: number): number {
  if (end - start > LONGEST_PLAIN) return -1;
  let last = -1;
  let second = start - 1;
  for (let place = end - 1; place >= start; place--) {
    const code = text.charCodeAt(place);
    if (code === DOT) {
      if (last === -1) last = place;
      else if (second < start) second = place;
    } else if (code >= PLAIN.length || PLAIN[code] === 0) return -1;
  }
  return last > start && end - last - 1 === PLAIN_SUFFIX ? second + 1 : -1;
}
