import { webcrypto } from 'node:crypto';
import type { library as Library } from './x509-library.ts';

/** The library that writes certificates, and the cryptography that it works with. */
export interface X509 {
  readonly library: typeof Library;
  readonly crypto: webcrypto.Crypto;
}

/**
 * Loads what certificates are written with: only when something is signed, so that an operator with nothing to sign does
 * not pay for it.
 */
export async function loadX509(): Promise<X509> {
  const { library } = await import('./x509-library.ts');
  return { library, crypto: webcrypto };
}
