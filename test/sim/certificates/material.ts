import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One certificate as node reads it. */
export interface Seen {
  readonly fingerprint: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Sorted. */
  readonly names: readonly string[];
  /** Name of the curve, or what else it is. */
  readonly keyType: string;
  readonly x509: X509Certificate;
}

/** What a reader of a Certificate's directory finds under its stable names. */
export type Live =
  | { readonly state: 'absent' }
  | { readonly state: 'broken'; readonly why: string }
  | { readonly state: 'sound'; readonly leaf: Seen; readonly trust: readonly Seen[] };

/** The oracle's own eyes: nothing of the code under test reads for it. What was read once is remembered. */
export class Eyes {
  readonly #certificates = new Map<string, Seen>();
  readonly #signed = new Map<string, boolean>();
  readonly #live = new Map<string, { readonly version: string; readonly live: Live }>();

  /** The certificates in a PEM text. @throws Error when it holds none, or a damaged one */
  certificates(pem: string): readonly Seen[] {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw new Error('there is no certificate');
    return blocks.map((block) => {
      const known = this.#certificates.get(block) ?? see(new X509Certificate(block));
      this.#certificates.set(block, known);
      return known;
    });
  }

  isSignedBy(leaf: Seen, authority: Seen): boolean {
    const name = `${leaf.fingerprint} ${authority.fingerprint}`;
    const known =
      this.#signed.get(name) ?? (leaf.x509.checkIssued(authority.x509) && leaf.x509.verify(authority.x509.publicKey));
    this.#signed.set(name, known);
    return known;
  }

  /** What lies live in a directory now. */
  live(directory: string): Live {
    const version = versionOf(directory);
    const known = this.#live.get(directory);
    if (known?.version === version) return known.live;
    const live = this.#read(directory);
    this.#live.set(directory, { version, live });
    return live;
  }

  /** Somebody changed files in place: look again. */
  forget(): void {
    this.#live.clear();
  }

  #read(directory: string): Live {
    const [key, certificate, trust] = ['tls.key', 'tls.crt', 'ca.crt'].map((name) => content(join(directory, name)));
    if (key === undefined && certificate === undefined && trust === undefined) return { state: 'absent' };
    if (key === undefined || certificate === undefined || trust === undefined)
      return { state: 'broken', why: 'a part of it is missing' };
    try {
      const [leaf] = this.certificates(certificate);
      const authorities = this.certificates(trust);
      if (leaf === undefined) return { state: 'broken', why: 'no certificate' };
      if (!leaf.x509.checkPrivateKey(createPrivateKey(key))) return { state: 'broken', why: 'the key does not match' };
      if (!authorities.some((authority) => this.isSignedBy(leaf, authority)))
        return { state: 'broken', why: 'its own ca.crt does not vouch for it' };
      return { state: 'sound', leaf, trust: authorities };
    } catch (error) {
      return { state: 'broken', why: (error as Error).message };
    }
  }
}

function see(x509: X509Certificate): Seen {
  const names = (x509.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const key = x509.publicKey;
  return {
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    serial: x509.serialNumber.toLowerCase(),
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    names: names.filter((name) => name !== '').sort(),
    keyType: key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '',
    x509,
  };
}

function content(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function versionOf(directory: string): string {
  const parts = ['tls.key', 'tls.crt', 'ca.crt'].map((name) => {
    try {
      const status = statSync(join(directory, name), { bigint: true });
      return `${status.ino}:${status.mtimeNs}:${status.ctimeNs}:${status.size}`;
    } catch {
      return '';
    }
  });
  return parts.join(' ');
}
