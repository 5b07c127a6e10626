import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { parseCertificate } from '../../src/certs/facts.ts';
import { generateKey, keyToPem } from '../../src/certs/keys.ts';
import { issueLeaf } from '../../src/certs/leaf.ts';
import { makeRoot } from '../../src/certs/root.ts';
import { loadX509 } from '../../src/certs/x509.ts';
import type { CertificateSpec, Usage } from '../../src/model/certificate-specs.ts';

const DAY = 86_400_000;
const BOTH: readonly Usage[] = ['clientAuth', 'serverAuth'];

// Its helpers make themselves global: here, before mocha begins to look for what tests leave behind.
await loadX509();

/** PEM texts of a certificate and its key. */
export interface TestPair {
  readonly certificate: string;
  readonly key: string;
  /** Lower-case hex. */
  readonly serial: string;
}

export interface IssueOptions {
  /** It was valid until yesterday. */
  readonly expired?: boolean;
  /** Default: both. */
  readonly usages?: readonly Usage[];
}

export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly key: string;
  /** A pair for one name or address. */
  issue(name: string, options?: IssueOptions): Promise<TestPair>;
}

function specFor(name: string, usages: readonly Usage[]): CertificateSpec {
  const isAddress = isIP(name) !== 0;
  return {
    issuer: 'root',
    directory: '/unused',
    certificate: '/unused',
    key: '/unused',
    request: '/unused',
    signed: '/unused',
    commonName: name,
    dnsNames: isAddress ? [] : [name],
    ipAddresses: isAddress ? [name] : [],
    usages,
    duration: 90 * DAY,
    renewBefore: 30 * DAY,
    keyAlgorithm: 'ecdsa-p256',
    mode: 0o400,
    consumers: [],
    adopt: false,
  };
}

/** One whose pair is there already, in PEM: it signs what no operator would. */
export function authorityOf(certificate: string, authorityKey: string): TestAuthority {
  return {
    certificate,
    key: authorityKey,
    async issue(name, { expired = false, usages = BOTH } = {}) {
      const key = await generateKey('ecdsa-p256');
      const leaf = await issueLeaf({
        authorityCertificate: parseCertificate(Buffer.from(certificate)),
        authorityKey: Buffer.from(authorityKey),
        key,
        spec: specFor(name, usages),
        now: expired ? Date.now() - 91 * DAY : Date.now(),
      });
      const serial = new X509Certificate(leaf).serialNumber.toLowerCase();
      return { certificate: leaf, key: keyToPem(key).toString('utf8'), serial };
    },
  };
}

/** A root of its own, valid by the real time. */
export async function makeAuthority(commonName: string): Promise<TestAuthority> {
  const key = await generateKey('ecdsa-p256');
  const notBefore = Date.now() - 400 * DAY;
  const certificate = await makeRoot({ key, commonName, notBefore, duration: 3650 * DAY });
  return authorityOf(certificate, keyToPem(key).toString('utf8'));
}
