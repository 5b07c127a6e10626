import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../model/observed-certificates.ts';
import { type AlternativeNames, parseAlternativeNames } from './alternative-names.ts';
import { CertsError } from './errors.ts';
import { keyFacts } from './key-facts.ts';
import { certificateBlocks } from './pem-blocks.ts';
import { readableName } from './subject.ts';

/** All that one certificate says by itself, and node's own object for checks of signatures. */
export interface ParsedCertificate extends Omit<CertificateFacts, 'signedBy'> {
  /** Alternative names that are neither DNS names nor addresses; none in ours. */
  readonly otherNames: readonly string[];
  readonly x509: X509Certificate;
}

const USAGES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
};

/**
 * Reads a PEM file of certificates, in its order, each only once.
 * @throws CertsError UNPARSABLE for people; it does not quote the file.
 */
export function parseCertificates(pem: Buffer): readonly ParsedCertificate[] {
  const blocks = certificateBlocks(pem);
  const parsed = new Map<string, ParsedCertificate>();
  blocks.forEach((block, index) => {
    const certificate = parseBlock(block, index, blocks.length);
    if (!parsed.has(certificate.fingerprint)) parsed.set(certificate.fingerprint, certificate);
  });
  return [...parsed.values()];
}

/**
 * Reads the first certificate of a PEM file: the leaf of a chain.
 * @throws CertsError UNPARSABLE for people, also when another one in the file is; it does not quote the file.
 */
export function parseCertificate(pem: Buffer): ParsedCertificate {
  const [first] = parseCertificates(pem);
  if (first === undefined) throw new CertsError('UNPARSABLE', 'there is no certificate');
  return first;
}

/** Fingerprints, sorted, of those authorities whose key signed this certificate and that may sign. */
export function signedBy(leaf: ParsedCertificate, authorities: readonly ParsedCertificate[]): string[] {
  return authorities
    .filter(({ isAuthority, x509 }) => isAuthority && isIssuedBy(leaf.x509, x509))
    .map(({ fingerprint }) => fingerprint)
    .sort();
}

/** Facts in the form of the model, without node's object. */
export function certificateFacts(
  { x509: _x509, otherNames: _otherNames, ...facts }: ParsedCertificate,
  signers: readonly string[],
): CertificateFacts {
  return { ...facts, signedBy: signers };
}

function parseBlock(block: string, index: number, count: number): ParsedCertificate {
  const which = count === 1 ? 'the certificate' : `certificate ${index + 1} of ${count}`;
  try {
    return readFacts(new X509Certificate(block));
  } catch {
    throw new CertsError('UNPARSABLE', `${which} is damaged, or its key is of an unknown kind`);
  }
}

function readFacts(x509: X509Certificate): ParsedCertificate {
  const { dnsNames, ipAddresses, others }: AlternativeNames = parseAlternativeNames(x509.subjectAltName);
  return {
    serial: x509.serialNumber.toLowerCase(),
    subject: readableName(x509.subject),
    issuer: readableName(x509.issuer),
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    ...keyFacts(x509.publicKey),
    dnsNames,
    ipAddresses,
    otherNames: others,
    usages: readUsages(x509),
    notBefore: readTime(x509.validFrom),
    notAfter: readTime(x509.validTo),
    isAuthority: x509.ca,
    isSelfSigned: x509.subject === x509.issuer && isIssuedBy(x509, x509),
    pem: x509.toString(),
    x509,
  };
}

/** node calls the extended key usages `keyUsage`; its types do not know that they may be absent. */
function readUsages(x509: X509Certificate): readonly string[] {
  const usages = x509.keyUsage as readonly string[] | undefined;
  return [...new Set(usages?.map((oid) => USAGES[oid] ?? oid))].sort();
}

function readTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RangeError('not a time');
  return time;
}

/** Names first: the check of a signature is the dear part. */
function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  } catch {
    return false;
  }
}
