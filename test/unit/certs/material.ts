import { createPublicKey, type KeyObject } from 'node:crypto';
import { parseCertificate } from '../../../src/certs/facts.ts';
import { generateKey, keyToPem } from '../../../src/certs/keys.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { makeRoot } from '../../../src/certs/root.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Whole seconds, as certificates keep them. */
export const NOW = Date.UTC(2026, 10, 22, 12);

export function leafSpec(changes: Partial<CertificateSpec> = {}): CertificateSpec {
  return {
    issuer: 'root',
    directory: '/pki/live/svc',
    certificate: '/pki/certs/svc.crt',
    key: '/pki/private/svc.key',
    request: '/pki/certs/svc.csr',
    signed: '/pki/certs/svc.signed.crt',
    commonName: 'svc',
    dnsNames: ['svc.lab'],
    ipAddresses: ['127.0.0.1'],
    usages: ['clientAuth', 'serverAuth'],
    duration: 90 * DAY,
    renewBefore: 30 * DAY,
    keyAlgorithm: 'ecdsa-p256',
    mode: 0o400,
    consumers: [],
    adopt: false,
    ...changes,
  };
}

export interface Authority {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

export async function authorityOf(
  key: KeyObject,
  { commonName = 'root', notBefore = NOW - DAY, duration = 3650 * DAY } = {},
): Promise<Authority> {
  const certificate = await makeRoot({ key, commonName, notBefore, duration });
  return { certificate: Buffer.from(certificate), key: keyToPem(key) };
}

export async function newAuthority(options: Parameters<typeof authorityOf>[1] = {}): Promise<Authority> {
  return authorityOf(await generateKey('ecdsa-p256'), options);
}

export interface Pair {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

export async function newPair(
  authority: Authority,
  changes: Partial<CertificateSpec> = {},
  now: number = NOW,
): Promise<Pair> {
  const spec = leafSpec(changes);
  const key = await generateKey(spec.keyAlgorithm);
  const certificate = await issueLeaf({
    authorityCertificate: parseCertificate(authority.certificate),
    authorityKey: authority.key,
    key: createPublicKey(key),
    spec,
    now,
  });
  return { certificate: Buffer.from(certificate), key: keyToPem(key) };
}

/** Runs something that must fail, and hands back what it failed with. */
export async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
