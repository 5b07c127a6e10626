import type {
  CertificateAuthoritySpec,
  CertificateConsumer,
  CertificateSpec,
  SecretSpec,
} from '../../src/model/certificate-specs.ts';
import type { ObservedPath } from '../../src/model/observed.ts';
import type {
  CertificateFacts,
  ObservedAuthority,
  ObservedPair,
  ObservedServed,
} from '../../src/model/observed-certificates.ts';
import { keyOf, type Key } from '../../src/model/key.ts';
import type { Resource } from '../../src/model/resource.ts';
import { NOW, resource } from './planning.ts';

export const DAY = 86_400_000;
/** When the pairs of these specs were written. */
export const WRITTEN = NOW - DAY;

export const authority = (
  spec: Partial<CertificateAuthoritySpec> = {},
  name = 'root',
): Resource<'CertificateAuthority'> =>
  resource(
    'CertificateAuthority',
    name,
    {
      certificate: `/pki/certs/${name}.crt`,
      key: `/pki/private/${name}.key`,
      bundle: `/pki/certs/${name}-bundle.crt`,
      create: false,
      commonName: name,
      duration: 3650 * DAY,
      consumers: [],
      ...spec,
    },
    [],
  );

export const certificate = (
  name: string,
  spec: Partial<CertificateSpec> = {},
  dependsOn: readonly Key[] = ['CertificateAuthority/root'],
): Resource<'Certificate'> =>
  resource(
    'Certificate',
    name,
    {
      issuer: 'root',
      directory: `/pki/live/${name}`,
      certificate: `/pki/certs/${name}.crt`,
      key: `/pki/private/${name}.key`,
      request: `/pki/certs/${name}.csr`,
      signed: `/pki/certs/${name}.signed.crt`,
      commonName: name,
      dnsNames: [`${name}.lab`],
      ipAddresses: [],
      usages: ['clientAuth', 'serverAuth'],
      duration: 90 * DAY,
      renewBefore: 30 * DAY,
      keyAlgorithm: 'ecdsa-p256',
      mode: 0o400,
      consumers: [],
      adopt: false,
      ...spec,
    },
    dependsOn,
  );

export const secret = (name: string, spec: Partial<SecretSpec> = {}): Resource<'Secret'> =>
  resource('Secret', name, { path: `/srv/${name}`, mode: 0o400, ...spec }, []);

/** Serves on port 443 and re-reads on SIGHUP. */
export const consumer = (container: string, parts: Partial<CertificateConsumer> = {}): CertificateConsumer => ({
  container,
  action: { type: 'signal', signal: 'SIGHUP' },
  served: { port: 443, serverName: `${container}.lab`, within: 30_000 },
  ...parts,
});

/** Facts of an authority's certificate; its letter stands for all that identifies it. */
export const rootFacts = (letter = 'a', parts: Partial<CertificateFacts> = {}): CertificateFacts => ({
  serial: letter.repeat(4),
  subject: 'root',
  issuer: 'root',
  fingerprint: letter.repeat(64),
  publicKey: `key-${letter}`,
  keyAlgorithm: 'ecdsa-p256',
  dnsNames: [],
  ipAddresses: [],
  usages: [],
  notBefore: NOW - 100 * DAY,
  notAfter: NOW + 3000 * DAY,
  isAuthority: true,
  isSelfSigned: true,
  signedBy: [letter.repeat(64)],
  pem: `root ${letter}\n`,
  ...parts,
});

/** Facts of the certificate that a spec asks for, a day old, signed by root `a`. */
export const leafFacts = (
  of: Resource<'Certificate'>,
  letter = '1',
  parts: Partial<CertificateFacts> = {},
): CertificateFacts => ({
  serial: letter.repeat(4),
  subject: of.spec.commonName,
  issuer: 'root',
  fingerprint: letter.repeat(64),
  publicKey: `key-${letter}`,
  keyAlgorithm: of.spec.keyAlgorithm,
  dnsNames: of.spec.dnsNames,
  ipAddresses: of.spec.ipAddresses,
  usages: of.spec.usages,
  notBefore: WRITTEN - 300_000,
  notAfter: WRITTEN + of.spec.duration,
  isAuthority: false,
  isSelfSigned: false,
  signedBy: ['a'.repeat(64)],
  pem: `leaf ${letter}\n`,
  ...parts,
});

export const parsed = (
  certificates: readonly CertificateFacts[],
  modifiedAt = WRITTEN,
): ObservedPair['certificate'] => ({ state: 'parsed', certificates, modifiedAt });

/** An authority with its key here, and its bundle. */
export const observedAuthority = (
  present = rootFacts(),
  bundle: readonly CertificateFacts[] = [present],
  parts: Partial<ObservedAuthority> = {},
): ObservedAuthority => ({
  certificate: parsed([present]),
  key: { state: 'parsed', publicKey: present.publicKey, keyAlgorithm: present.keyAlgorithm },
  keyMode: 0o600,
  bundle: parsed(bundle),
  ...parts,
});

export const observedPath = (
  type: ObservedPath['type'],
  mode = 0,
  parts: Partial<ObservedPath> = {},
): ObservedPath => ({
  type,
  uid: 0,
  gid: 0,
  mode,
  modifiedAt: WRITTEN,
  ...parts,
});

/** The pair that a flawless issue leaves. */
export const observedPair = (
  leaf: CertificateFacts,
  trust: readonly CertificateFacts[] = [rootFacts()],
  parts: Partial<ObservedPair> = {},
): ObservedPair => ({
  live: '..1-1',
  liveSince: WRITTEN,
  certificate: parsed([leaf]),
  key: { state: 'parsed', publicKey: leaf.publicKey, keyAlgorithm: leaf.keyAlgorithm },
  trust: parsed(trust),
  paths: {
    directory: observedPath('directory', 0o755),
    version: observedPath('directory', 0o755),
    certificate: observedPath('file', 0o444),
    key: observedPath('file', 0o400),
    trust: observedPath('file', 0o444),
  },
  isLinked: true,
  others: [],
  pending: undefined,
  signed: { state: 'missing' },
  ...parts,
});

/** The stable names of a pair, as they should be. */
export const links = (...of: readonly Resource<'Certificate'>[]): Record<string, ObservedPath> =>
  Object.fromEntries(
    of.flatMap(({ spec }) => [
      [spec.certificate, observedPath('symlink', 0o777, { target: `${spec.directory}/tls.crt` })],
      [spec.key, observedPath('symlink', 0o777, { target: `${spec.directory}/tls.key` })],
    ]),
  );

/** What a dial found an hour ago. */
export const served = (leaf: CertificateFacts, parts: Partial<ObservedServed> = {}): ObservedServed =>
  ({
    at: NOW - 3_600_000 + 60_000,
    state: 'served',
    serial: leaf.serial,
    fingerprint: leaf.fingerprint,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    ...parts,
  }) as ObservedServed;

export const ROOT: Key = keyOf('CertificateAuthority', 'root');
