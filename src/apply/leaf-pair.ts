import { parseCertificate, parseCertificates } from '../certs/facts.ts';
import { loadPrivateKey } from '../certs/keys.ts';
import type { PairContent } from '../certs/pair-store.ts';

/**
 * Whether a key belongs to its certificate, and neither is an authority's: whoever owns a Certificate's directory could
 * have put one there, to be given its key.
 *
 * @param authorities PEM certificates; whoever signed a certificate for one of their keys, that is theirs
 * @throws CertsError when one of them cannot be read
 */
export function isLeafPair(
  { key, certificate }: Pick<PairContent, 'key' | 'certificate'>,
  authorities: readonly string[],
): boolean {
  const [leaf] = parseCertificates(certificate);
  if (leaf === undefined || leaf.isAuthority) return false;
  const isOfAuthority = authorities.some((pem) => parseCertificate(Buffer.from(pem)).publicKey === leaf.publicKey);
  return !isOfAuthority && leaf.x509.checkPrivateKey(loadPrivateKey(key));
}
