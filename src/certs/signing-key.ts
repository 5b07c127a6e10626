import type { KeyObject, webcrypto } from 'node:crypto';
import { CertsError } from './errors.ts';
import { keyAlgorithm } from './key-facts.ts';

/** Of all that a certificate may be signed with, what every reader of ours accepts. */
const CURVES: Readonly<Record<string, string>> = {
  'ecdsa-p256': 'P-256',
  'ecdsa-p384': 'P-384',
  'ecdsa-p521': 'P-521',
};
const SMALLEST_RSA = 2048;

/** A key in the form that `@peculiar/x509` signs with, and how: always with SHA-256. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  readonly algorithm: { readonly name: string; readonly hash: string };
}

/**
 * Turns a private key into one of web cryptography.
 * @throws CertsError UNSUPPORTED_KEY unless it is EC on P-256, P-384 or P-521, or RSA of at least 2048 bits.
 */
export async function signingKey(key: KeyObject, crypto: webcrypto.Crypto): Promise<SigningKey> {
  const algorithm = signatureAlgorithm(key);
  // Twice (EC) to seven times (RSA) as fast as by way of PKCS#8.
  const numbers = key.export({ format: 'jwk' });
  return { key: await crypto.subtle.importKey('jwk', numbers, algorithm, false, ['sign']), algorithm };
}

function signatureAlgorithm(key: KeyObject): SigningKey['algorithm'] & { readonly namedCurve?: string } {
  const name = keyAlgorithm(key);
  const namedCurve = CURVES[name];
  if (namedCurve !== undefined) return { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= SMALLEST_RSA) {
    return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  }
  throw new CertsError(
    'UNSUPPORTED_KEY',
    `it is ${name}; EC keys on P-256, P-384 or P-521 and RSA keys of at least ${SMALLEST_RSA} bits can sign`,
  );
}
