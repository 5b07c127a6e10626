import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { CertificateConsumer, CertificateSpec } from './certificate-specs.ts';
import type { Key } from './key.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a certificate says of its holder: another one means that it has to be signed anew. */
export function identityHash(spec: CertificateSpec): string {
  const { commonName, dnsNames, ipAddresses, usages, keyAlgorithm } = spec;
  return digest(canonicalJson({ commonName, dnsNames, ipAddresses, usages, keyAlgorithm }));
}

/** Identity of what lies live: the certificate and those that it lets its reader trust. */
export function materialDigest(certificate: string, trust: readonly string[]): string {
  return digest([certificate, ...[...trust].sort()].join('\n'));
}

/** Names one consumer of one resource. */
export function servedId(key: Key, { container, served }: CertificateConsumer): string {
  return `${key} ${container ?? served?.address ?? ''}:${served?.port ?? ''}`;
}
