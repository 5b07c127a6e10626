import type { ParsedCertificate } from '../certs/facts.ts';
import type { CertificateAuthoritySpec } from '../model/certificate-specs.ts';
import type { ObservedAuthority } from '../model/observed-certificates.ts';
import type { ParsedPem } from './certificate-formats.ts';
import type { CertificateReaders } from './certificate-readers.ts';
import type { Unusable } from './parsed-files.ts';
import { sameList } from './same.ts';

/** What there is of an authority, and who may have signed its certificates. */
export interface LookedAuthority {
  readonly observed: ObservedAuthority;
  /** All certificates in its file and its bundle, each once: the one now, and the one before it. */
  readonly members: readonly ParsedCertificate[];
}

/**
 * Looks at an authority's files. Never rejects: errors are values.
 *
 * @param before the look before this one
 */
export async function observeAuthority(
  spec: CertificateAuthoritySpec,
  readers: CertificateReaders,
  before: LookedAuthority | undefined,
): Promise<LookedAuthority> {
  const { pems, keys } = readers.named;
  const [certificate, key, bundle] = await Promise.all([
    pems.look(spec.certificate),
    keys.look(spec.key),
    pems.look(spec.bundle),
  ]);
  const members = sameList(before?.members ?? [], membersOf(certificate.content, bundle.content));
  return {
    members,
    observed: {
      certificate: readers.signatures.in(certificate.content, members),
      key: key.content,
      keyMode: key.path.mode,
      bundle: readers.signatures.in(bundle.content, members),
    },
  };
}

function membersOf(...pems: readonly (ParsedPem | Unusable)[]): readonly ParsedCertificate[] {
  const members = new Map<string, ParsedCertificate>();
  for (const pem of pems) {
    if (pem.state !== 'parsed') continue;
    for (const certificate of pem.certificates)
      if (!members.has(certificate.fingerprint)) members.set(certificate.fingerprint, certificate);
  }
  return [...members.values()];
}
