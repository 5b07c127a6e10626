import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { parseCertificate } from '../../../src/certs/facts.ts';
import { keyToPem, loadPrivateKey } from '../../../src/certs/keys.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { makeRoot } from '../../../src/certs/root.ts';
import { loadX509 } from '../../../src/certs/x509.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import type { Eyes, Seen } from './material.ts';
import type { SimulatedClock } from './simulated-clock.ts';

const DAY = 86_400_000;

export interface AuthorityPair {
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

/** An EC key of a human; the RSA one of a house is dear, and made once. */
export function humanKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** The authority's own files, and what the human keeps in a drawer: nobody but the human may change either. */
export class AuthorityFiles {
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly isOffline: boolean;
  /** What has to be there; undefined: not made yet. */
  pair: AuthorityPair | undefined;
  /** The human knows that a file of it is not as it should be. */
  isDamaged = false;
  readonly #eyes: Eyes;
  readonly #clock: SimulatedClock;

  constructor(certificate: string, key: string, isOffline: boolean, eyes: Eyes, clock: SimulatedClock) {
    this.certificatePath = certificate;
    this.keyPath = key;
    this.isOffline = isOffline;
    this.#eyes = eyes;
    this.#clock = clock;
  }

  get seen(): Seen | undefined {
    return this.pair === undefined ? undefined : this.#eyes.certificates(this.pair.certificate)[0];
  }

  /** Whether certificates can be issued or, offline, signed with it now. */
  get isUsable(): boolean {
    const { seen } = this;
    const now = this.#clock.now();
    return seen !== undefined && !this.isDamaged && seen.notBefore <= now && now < seen.notAfter;
  }

  /** A pair of the human's, to put there. */
  async make(key: KeyObject, commonName: string, days: number): Promise<AuthorityPair> {
    const notBefore = this.#clock.now() - 300_000;
    const certificate = await makeRoot({ key, commonName, notBefore, duration: days * DAY });
    return { certificate, key: keyToPem(key).toString('latin1') };
  }

  putCertificate(pair: AuthorityPair): void {
    this.#put(this.certificatePath, pair.certificate, 0o444);
  }

  putKey(pair: AuthorityPair): void {
    if (!this.isOffline) this.#put(this.keyPath, pair.key, 0o400);
  }

  /** Everything as the human wants it. */
  restore(): void {
    if (this.pair === undefined) return;
    this.putCertificate(this.pair);
    this.putKey(this.pair);
    this.isDamaged = false;
  }

  /** What the operator made, the first time that it is there; and what is not as it was left. */
  check(): string | undefined {
    const certificate = read(this.certificatePath);
    const key = read(this.keyPath);
    if (this.pair === undefined) {
      if (certificate !== undefined && key !== undefined) this.pair = { certificate, key };
      return undefined;
    }
    if (this.isDamaged) return undefined;
    if (certificate !== this.pair.certificate) return "the authority's certificate was changed";
    if (!this.isOffline && key !== this.pair.key) return "the authority's key was changed";
    return this.isOffline && key !== undefined ? 'an offline authority got a key' : undefined;
  }

  /** Cheap: what is different after any write. */
  version(): string {
    return [this.certificatePath, this.keyPath]
      .map((path) => {
        const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
        return status === undefined ? '' : `${status.ino}:${status.size}:${status.mtimeNs}:${status.mode}`;
      })
      .join(' ');
  }

  /** The human signs what waits, out of the request alone. */
  async sign(spec: CertificateSpec): Promise<boolean> {
    if (!existsSync(spec.request) || this.pair === undefined || !this.isUsable) return false;
    const { library } = await loadX509();
    const request = new library.Pkcs10CertificateRequest(readFileSync(spec.request, 'latin1'));
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    const authorityCertificate = parseCertificate(Buffer.from(this.pair.certificate));
    const authorityKey = Buffer.from(this.pair.key);
    const now = this.#clock.now();
    this.#put(spec.signed, await issueLeaf({ authorityCertificate, authorityKey, key, spec, now }), 0o644);
    return true;
  }

  isPair(): boolean {
    if (this.pair === undefined) return false;
    return this.seen?.x509.checkPrivateKey(loadPrivateKey(Buffer.from(this.pair.key))) === true;
  }

  #put(path: string, content: string, mode: number): void {
    const beside = `${path}.human`;
    rmSync(beside, { force: true });
    writeFileSync(beside, content, { mode });
    utimesSync(beside, this.#clock.now() / 1000, this.#clock.now() / 1000);
    if (existsSync(path) && lstatSync(path).isDirectory()) rmSync(path, { recursive: true });
    renameSync(beside, path);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
