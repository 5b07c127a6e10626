import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../../../src/apply/context.ts';
import { createAuthority } from '../../../src/apply/steps/create-authority.ts';
import { parseCertificates } from '../../../src/certs/facts.ts';
import type { CertificateFiles } from '../../../src/certs/files.ts';
import { loadPrivateKey } from '../../../src/certs/keys.ts';
import { readLive, readVersion } from '../../../src/certs/pair-store.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import type { StepArguments } from '../../../src/model/step.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { stepContext } from './step-context.ts';

export const DAY = 86_400_000;

/** Paths of a PKI directory below a test's directory, with the specs of one authority and one certificate in it. */
export function pkiAt(root: string) {
  const pki = join(root, 'pki');
  const authority = {
    certificate: join(pki, 'certs/lab.crt'),
    key: join(pki, 'private/lab.key'),
    commonName: 'Lab',
    duration: 3650 * DAY,
  };
  const spec = (extra: Partial<CertificateSpec> = {}): CertificateSpec => ({
    issuer: 'lab',
    directory: join(pki, 'live/web'),
    certificate: join(pki, 'certs/web.crt'),
    key: join(pki, 'private/web.key'),
    request: join(pki, 'certs/web.csr'),
    signed: join(pki, 'certs/web.signed.crt'),
    commonName: 'web.lab',
    dnsNames: ['web', 'web.lab'],
    ipAddresses: ['192.0.2.7'],
    usages: ['clientAuth', 'serverAuth'],
    duration: 90 * DAY,
    renewBefore: 30 * DAY,
    keyAlgorithm: 'ecdsa-p256',
    mode: 0o400,
    consumers: [],
    adopt: false,
    ...extra,
  });
  const issue = (
    extra: Partial<CertificateSpec> = {},
    key: 'new' | 'keep' = 'new',
  ): StepArguments['IssueCertificate'] => {
    const pem = readFileSync(authority.certificate);
    const fingerprint = parseCertificates(pem)[0]?.fingerprint ?? '';
    return {
      spec: spec(extra),
      issuer: { certificate: authority.certificate, key: authority.key, fingerprint },
      trust: [pem.toString()],
      key,
    };
  };
  return { pki, authority, spec, issue, at: (path: string): string => join(pki, path) };
}

/** A context over real files, at a time that stands still. */
export function pkiContext(files: CertificateFiles = realFiles, extra: Partial<StepContext> = {}): StepContext {
  return stepContext({}, { target: 'Certificate/web', clock: new FakeClock(), files, ...extra });
}

/** Makes a PKI directory with an authority in it. */
export async function pkiWithAuthority(root: string): Promise<ReturnType<typeof pkiAt>> {
  const pki = pkiAt(root);
  await createAuthority(pki.authority, pkiContext());
  return pki;
}

/**
 * What lies live in a directory, as its readers see it: serial and fingerprints of what is trusted; undefined when
 * nothing does.
 *
 * @throws Error when it is no matching pair
 */
export async function livePair(directory: string) {
  const live = await readLive(realFiles, directory);
  if (live === undefined) return undefined;
  const leaf = parseCertificates(live.certificate)[0];
  if (leaf?.x509.checkPrivateKey(loadPrivateKey(live.key)) !== true) throw new Error('an unmatched pair is live');
  const { trust: trusted } = await readVersion(realFiles, directory, live.version);
  const trust = parseCertificates(trusted).map(({ fingerprint }) => fingerprint);
  return { version: live.version, serial: leaf.serial, publicKey: leaf.publicKey, leaf, trust };
}
