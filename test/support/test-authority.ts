import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { generateKey, keyToPem } from '../../src/certs/keys.ts';
import { issueLeaf } from '../../src/certs/leaf.ts';
import { makeRoot } from '../../src/certs/root.ts';
import { loadX509 } from '../../src/certs/x509.ts';
import type { CertificateSpec } from '../../src/model/certificate-specs.ts';

const DAY = 86_400_000;

// Its helpers make themselves global: here, before mocha begins to look for what tests leave behind.
await loadX509();

/** PEM texts of a certificate and its key. */
export interface TestPair {
  readonly certificate: string;
  readonly key: string;
  /** Lower-case hex. */
  readonly serial: string;
}

export interface TestAuthority {
  readonly certificate: string;
  /** A pair for one name or address, for both usages; `expired`: it was valid until yesterday. */
  issue(name: string, options?: { expired?: boolean }): Promise<TestPair>;
}

function specFor(name: string): CertificateSpec {
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
    usages: ['clientAuth', 'serverAuth'],
    duration: 90 * DAY,
    renewBefore: 30 * DAY,
    keyAlgorithm: 'ecdsa-p256',
    mode: 0o400,
    consumers: [],
    adopt: false,
  };
}

/** A root of its own, valid by the real time, whose key never leaves memory. */
export async function makeAuthority(commonName: string): Promise<TestAuthority> {
  const rootKey = await generateKey('ecdsa-p256');
  const notBefore = Date.now() - 400 * DAY;
  const certificate = await makeRoot({ key: rootKey, commonName, notBefore, duration: 3650 * DAY });
  return {
    certificate,
    async issue(name, { expired = false } = {}) {
      const key = await generateKey('ecdsa-p256');
      const leaf = await issueLeaf({
        authorityCertificate: Buffer.from(certificate),
        authorityKey: keyToPem(rootKey),
        key,
        spec: specFor(name),
        now: expired ? Date.now() - 91 * DAY : Date.now(),
      });
      const serial = new X509Certificate(leaf).serialNumber.toLowerCase();
      return { certificate: leaf, key: keyToPem(key).toString('utf8'), serial };
    },
  };
}
