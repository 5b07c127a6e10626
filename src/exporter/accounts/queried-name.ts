import type { AdmissionKey, Member } from '../admission/admission.ts';
import { quickHash } from '../admission/quick-hash.ts';
import { hash } from '../hash.ts';
import { ownText } from '../log-file/own-text.ts';
import { hasVendorsLength, isAskedByTheClock } from '../scores/expected-names.ts';
import type { SeriesMemo } from '../store/series-memo.ts';

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
