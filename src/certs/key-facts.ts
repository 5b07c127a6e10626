import { createHash, type KeyObject } from 'node:crypto';

/** node's name of a curve -> ours. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ecdsa-p256',
  secp384r1: 'ecdsa-p384',
  secp521r1: 'ecdsa-p521',
};

export interface KeyFacts {
  /** sha256 over the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKey: string;
  /** e.g. `ecdsa-p256`, `rsa-2048`, `ed25519`. */
  readonly keyAlgorithm: string;
}

/** What may be said of a key; from a public one. */
export function keyFacts(key: KeyObject): KeyFacts {
  const information = key.export({ type: 'spki', format: 'der' });
  return { publicKey: createHash('sha256').update(information).digest('hex'), keyAlgorithm: keyAlgorithm(key) };
}

/** Algorithm with curve or size, for public and private keys. */
export function keyAlgorithm(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return CURVES[namedCurve ?? ''] ?? `ecdsa-${namedCurve ?? 'unnamed-curve'}`;
  const type = key.asymmetricKeyType ?? 'unknown';
  return modulusLength === undefined ? type : `${type}-${modulusLength}`;
}
