import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface Identity {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of a test. */
export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  /** Issues a certificate for server and client use, for a DNS name and 127.0.0.1. */
  issue(name: string): Promise<Identity>;
}

export async function testAuthority(name: string = 'test authority'): Promise<TestAuthority> {
  const keys = await makeKeys();
  const authority = await X509CertificateGenerator.createSelfSigned(
    {
      ...validity(),
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    },
    webcrypto,
  );
  return {
    certificate: authority.toString('pem'),
    issue: (leaf) => issue(leaf, authority, keys.privateKey),
  };
}

async function issue(name: string, authority: X509Certificate, signingKey: webcrypto.CryptoKey): Promise<Identity> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create(
    {
      ...validity(),
      subject: `CN=${name}`,
      issuer: authority.subject,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension([
          { type: 'dns', value: name },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
}
