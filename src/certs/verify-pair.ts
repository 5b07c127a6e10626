import type { CertificateSpec } from '../model/certificate-specs.ts';
import { CertsError } from './errors.ts';
import { parseCertificate, type ParsedCertificate, signedBy } from './facts.ts';
import { canonicalAddress } from './ip-address.ts';
import { loadPrivateKey } from './keys.ts';

export interface PairToVerify {
  /** PEM; the first certificate is the leaf. */
  readonly certificate: Buffer;
  /** PEM private key. */
  readonly key: Buffer;
  /** One of these authorities must have signed it, and be valid. */
  readonly issuers: readonly ParsedCertificate[];
  readonly spec: CertificateSpec;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The last check before a pair goes live: that it is exactly what the spec asks for, and works now.
 * @returns the leaf
 * @throws CertsError that says what is wrong with it
 */
export function verifyPair({ certificate, key, issuers, spec, now }: PairToVerify): ParsedCertificate {
  const leaf = parseCertificate(certificate);
  if (!leaf.x509.checkPrivateKey(loadPrivateKey(key))) {
    throw new CertsError('KEY_MISMATCH', `certificate ${leaf.serial} was made for another key`);
  }
  if (leaf.isAuthority) throw new CertsError('NOT_A_LEAF', 'it says CA:TRUE, so its holder could sign for others');
  verifyIssuer(leaf, issuers, now);
  verifyNames(leaf, spec);
  verifyUsages(leaf, spec);
  if (now < leaf.notBefore) throw new CertsError('NOT_YET_VALID', `it is valid from ${time(leaf.notBefore)}`);
  if (leaf.notAfter <= now) throw new CertsError('EXPIRED', `it was valid until ${time(leaf.notAfter)}`);
  return leaf;
}

function verifyIssuer(leaf: ParsedCertificate, authorities: readonly ParsedCertificate[], now: number): void {
  const signers = signedBy(leaf, authorities);
  const subjects = authorities.map(({ subject }) => subject).join(', ');
  if (signers.length === 0) {
    throw new CertsError('ISSUER_MISMATCH', `it says that ${leaf.issuer} signed it; wanted is the key of ${subjects}`);
  }
  const isValid = ({ fingerprint, notBefore, notAfter }: ParsedCertificate): boolean =>
    signers.includes(fingerprint) && notBefore <= now && now < notAfter;
  if (!authorities.some(isValid)) {
    throw new CertsError('AUTHORITY_EXPIRED', `${leaf.issuer}, which signed it, is not valid at this time`);
  }
}

function verifyNames(leaf: ParsedCertificate, spec: CertificateSpec): void {
  const addresses = spec.ipAddresses.map((address) => canonicalAddress(address) ?? address);
  const wanted = [...spec.dnsNames.map((name) => name.toLowerCase()), ...addresses];
  const found = [...leaf.dnsNames, ...leaf.ipAddresses, ...leaf.otherNames];
  const difference = differences(wanted, found);
  if (difference !== undefined) throw new CertsError('NAMES_DIFFER', difference);
  if (leaf.subject !== spec.commonName) {
    throw new CertsError('NAMES_DIFFER', `its common name is ${leaf.subject}; wanted is ${spec.commonName}`);
  }
}

function verifyUsages(leaf: ParsedCertificate, spec: CertificateSpec): void {
  const difference = differences(spec.usages, leaf.usages);
  if (difference !== undefined) throw new CertsError('USAGES_DIFFER', difference);
}

function differences(wanted: readonly string[], found: readonly string[]): string | undefined {
  const missing = wanted.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !wanted.includes(name));
  if (missing.length === 0 && extra.length === 0) return undefined;
  const parts = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`it also has ${extra.join(', ')}`] : []),
  ];
  return parts.join('; ');
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
