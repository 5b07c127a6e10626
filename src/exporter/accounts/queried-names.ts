import { quickHash } from '../admission/quick-hash.ts';
import { ownText } from '../log-file/own-text.ts';
import { isPublicDomain, isPublicTop } from '../scores/expected-names.ts';
import { boundedValue } from '../store/series-labels.ts';
import type { AskedName } from './dns-event.ts';
import { QueriedName } from './queried-name.ts';
import { registrableDomain } from './registrable-domain.ts';

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
