import { parseCertificates } from '../certs/facts.ts';
import { loadPrivateKey } from '../certs/keys.ts';
import type { PairContent } from '../certs/pair-store.ts';

/**
 * Whether a key belongs to its certificate, and that is no authority's: whoever owns a Certificate's directory could have
 * put one there, to be given its key.
 *
 * @throws CertsError when one of them cannot be read
 */
export function isLeafPair({ key, certificate }: Pick<PairContent, 'key' | 'certificate'>): boolean {
  const [leaf] = parseCertificates(certificate);
  return leaf !== undefined && !leaf.isAuthority && leaf.x509.checkPrivateKey(loadPrivateKey(key));
}
