import type { KeyPair } from './dynamic-types.ts';

/** Certificate and key in a mounted directory of a Certificate. */
export function keyPair(directory: string): KeyPair {
  return { certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key` };
}

/** Those whom a mounted directory of a Certificate trusts. */
export function authorityFile(directory: string): string {
  return `${directory}/ca.crt`;
}
