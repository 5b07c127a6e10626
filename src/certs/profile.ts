import type { KeyObject } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import type { CertificateSpec } from '../model/certificate-specs.ts';
import { undottedAddress } from './ip-address.ts';
import type { X509 } from './x509.ts';

/** Extensions that a leaf has because of its spec and its key, in a certificate and in a request for one. */
export function leafExtensions({ library }: X509, spec: CertificateSpec, key: KeyObject): Extension[] {
  const { BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags, ExtendedKeyUsage } = library;
  // With an RSA key, TLS 1.2 may also encrypt the session's secret; an EC key can only sign.
  const encipherment = key.asymmetricKeyType === 'rsa' ? KeyUsageFlags.keyEncipherment : 0;
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | encipherment, true),
  ];
  if (spec.usages.length > 0) {
    const usages = spec.usages.map((usage) => ExtendedKeyUsage[usage]);
    extensions.push(new library.ExtendedKeyUsageExtension(usages, false));
  }
  const names = [
    ...spec.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...spec.ipAddresses.map((address) => ({ type: 'ip' as const, value: undottedAddress(address) })),
  ];
  if (names.length > 0) extensions.push(new library.SubjectAlternativeNameExtension(names, false));
  return extensions;
}
