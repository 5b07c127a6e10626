import type { ParsedCertificate } from '../certs/facts.ts';
import type { Key } from '../model/key.ts';
import type { ObservedAuthority, ObservedPair } from '../model/observed-certificates.ts';
import type { DesiredState } from '../model/resource.ts';
import { observeAuthority, type LookedAuthority } from './authorities.ts';
import { realFormats, type CertificateFormats } from './certificate-formats.ts';
import { createReaders, sweepReaders, type CertificateReaders } from './certificate-readers.ts';
import { realHostFiles, type HostFiles } from './host-files.ts';
import { PairDirectories } from './pair-directories.ts';
import { observePair } from './pairs.ts';
import { same, sameRecord } from './same.ts';

export interface CertificateObserverOptions {
  readonly files?: HostFiles;
  readonly formats?: CertificateFormats;
  /** Milliseconds since the epoch, by the clock that file times come from: the system's. */
  readonly now?: () => number;
}

/** What there is of all authorities and certificates that are wanted, by key. */
export interface ObservedCertificates {
  readonly authorities: Readonly<Record<Key, ObservedAuthority>>;
  readonly pairs: Readonly<Record<Key, ObservedPair>>;
}

/**
 * Looks at the files of authorities and certificates. A look at files that did not change is a few calls for each and
 * parses, checks and computes nothing; what is as before comes back as the same object.
 */
export class CertificateObserver {
  readonly #readers: CertificateReaders;
  readonly #directories: PairDirectories;
  #looked = new Map<string, LookedAuthority>();
  #authorities: Readonly<Record<Key, ObservedAuthority>> = {};
  #pairs: Readonly<Record<Key, ObservedPair>> = {};

  constructor({ files = realHostFiles, formats = realFormats, now = Date.now }: CertificateObserverOptions = {}) {
    this.#readers = createReaders(files, formats, now);
    this.#directories = new PairDirectories(files, now);
  }

  /** One look. Not to be called again before it settled. Never rejects: errors are values. */
  async observe(desired: DesiredState): Promise<ObservedCertificates> {
    const looked = await Promise.all(
      desired.resources.flatMap((resource) => {
        if (resource.kind !== 'CertificateAuthority') return [];
        const { name, key, spec } = resource;
        const before = this.#looked.get(name);
        return observeAuthority(spec, this.#readers, before).then((authority) => ({ name, key, authority }));
      }),
    );
    this.#looked = new Map(looked.map(({ name, authority }) => [name, authority]));
    const authorities = Object.fromEntries(
      looked.map(({ key, authority }) => [key, same(this.#authorities[key], authority.observed)]),
    );
    const pairs = Object.fromEntries(
      await Promise.all(
        desired.resources.flatMap((resource) => {
          if (resource.kind !== 'Certificate') return [];
          const { key, spec } = resource;
          const issuers = this.#looked.get(spec.issuer)?.members ?? NOBODY;
          const pair = observePair(spec, this.#readers, this.#directories, issuers);
          return pair.then((found) => [key, same(this.#pairs[key], found)] as const);
        }),
      ),
    );
    sweepReaders(this.#readers);
    this.#directories.sweep();
    this.#authorities = sameRecord(this.#authorities, authorities);
    this.#pairs = sameRecord(this.#pairs, pairs);
    return { authorities: this.#authorities, pairs: this.#pairs };
  }
}

const NOBODY: readonly ParsedCertificate[] = [];
