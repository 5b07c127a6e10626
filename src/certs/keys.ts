import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../model/certificate-specs.ts';
import { CertsError } from './errors.ts';
import { type KeyFacts, keyFacts } from './key-facts.ts';

const generate = promisify(generateKeyPair);

/**
 * Loads an unencrypted private key in PEM: PKCS#8, PKCS#1 or SEC1.
 * @throws CertsError ENCRYPTED_KEY or UNPARSABLE; neither quotes the key.
 */
export function loadPrivateKey(pem: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    throw unusable(pem);
  }
}

/**
 * What may be said of a private key's file.
 * @throws CertsError ENCRYPTED_KEY or UNPARSABLE; neither quotes the key.
 */
export function readKey(pem: Buffer): KeyFacts {
  return keyFacts(createPublicKey(loadPrivateKey(pem)));
}

/** Makes a private key, off the main thread. */
export async function generateKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  switch (algorithm) {
    case 'ecdsa-p256':
      return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
    case 'ecdsa-p384':
      return (await generate('ec', { namedCurve: 'P-384' })).privateKey;
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return (await generate('rsa', { modulusLength: Number(algorithm.slice(4)) })).privateKey;
  }
}

/** A private key as PKCS#8 PEM. */
export function keyToPem(key: KeyObject): Buffer {
  return Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));
}

function unusable(pem: Buffer): CertsError {
  const text = pem.toString('latin1');
  if (text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: ?4, ?ENCRYPTED/m.test(text)) {
    const remedy = 'take its passphrase away with: openssl pkey -in FILE -out NEW';
    return new CertsError('ENCRYPTED_KEY', `nobody is there to type a passphrase; ${remedy}`);
  }
  if (pem.length === 0) return new CertsError('UNPARSABLE', 'the file is empty');
  if (!/-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/.test(text)) {
    return new CertsError('UNPARSABLE', 'there is no PEM private key (-----BEGIN PRIVATE KEY-----) in it');
  }
  return new CertsError('UNPARSABLE', 'the private key is damaged or of an unknown kind');
}
