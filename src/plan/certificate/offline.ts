import { basename } from 'node:path/posix';
import { identityHash } from '../../model/certificate-identity.ts';
import type { CertificateFacts, ObservedPair } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import { blocked, draft, type ConditionDraft, type StepDraft } from '../draft.ts';
import { leafOf, type Violation } from './checks.ts';

const DAY = 86_400_000;

/** Certificate whose authority's key is elsewhere: what can be done without it, and what the human is asked. */
export function planOffline(
  { spec }: Resource<'Certificate'>,
  pair: ObservedPair | undefined,
  authority: { readonly present: CertificateFacts; readonly certificate: string; readonly key: string },
  trust: readonly string[],
  violation: Violation,
  now: number,
): { steps: StepDraft[]; conditions: ConditionDraft[] } {
  const pending = pair?.pending;
  const ask = `sign it with: ${command(spec.request, spec.signed, spec.duration, authority)}`;
  const waits = blocked('AwaitingSignature', `${violation.message}; ${spec.request} waits for its signature: ${ask}`);
  if (
    pending === undefined ||
    !pending.isPublished ||
    pending.key.state !== 'parsed' ||
    pending.identity !== identityHash(spec)
  )
    return { steps: [draft('RequestSignature', { spec }, violation.cause, violation.fields)], conditions: [waits] };
  const signed = pair?.signed ?? { state: 'missing' };
  if (signed.state === 'missing') return { steps: [], conditions: [waits] };
  const refuse = (why: string): { steps: StepDraft[]; conditions: ConditionDraft[] } => ({
    steps: [],
    conditions: [blocked('SignatureUnusable', `${spec.signed} ${why}; ${ask}`)],
  });
  if (signed.state !== 'parsed') return refuse(signed.error);
  const leaf = signed.certificates[0];
  if (leaf === undefined) return refuse('holds no certificate');
  // Taken up by a try that died before it removed the file: the human writes over it.
  if (leaf.publicKey !== pending.key.publicKey && leaf.fingerprint === leafOf(pair)?.fingerprint)
    return { steps: [], conditions: [waits] };
  if (leaf.publicKey !== pending.key.publicKey) return refuse('is for another key than the one that waits');
  if (!leaf.signedBy.includes(authority.present.fingerprint))
    return refuse(`is not signed by ${authority.present.subject} (serial ${authority.present.serial})`);
  for (const field of ['dnsNames', 'ipAddresses', 'usages'] as const)
    if (JSON.stringify(leaf[field]) !== JSON.stringify(spec[field]))
      return refuse(
        `has ${field} ${leaf[field].join(', ') || 'none'} instead of ${spec[field].join(', ') || 'none'}: were the ` +
          'extensions of the request copied?',
      );
  if (leaf.isAuthority) return refuse('is an authority (CA:TRUE)');
  if (leaf.subject !== spec.commonName) return refuse(`is for ${leaf.subject} instead of ${spec.commonName}`);
  if (leaf.keyAlgorithm !== spec.keyAlgorithm) return refuse(`has a key of ${leaf.keyAlgorithm}`);
  if (leaf.notAfter <= now) return refuse('has expired');
  if (leaf.notBefore > now + 60_000) return refuse('is not valid yet');
  const issuer = { certificate: authority.certificate, fingerprint: authority.present.fingerprint };
  return {
    steps: [draft('TakeUpCertificate', { spec, issuer, trust }, `signed: ${violation.cause}`, violation.fields)],
    conditions: [],
  };
}

/** OpenSSL 3 takes over all that was asked for, and chooses a random serial by itself (openssl-x509(1)). */
function command(
  request: string,
  signed: string,
  duration: number,
  authority: { readonly certificate: string; readonly key: string },
): string {
  return [
    `openssl x509 -req -in ${request}`,
    `-CA ${authority.certificate} -CAkey ${basename(authority.key)}`,
    `-copy_extensions copyall -sha256 -days ${Math.max(1, Math.round(duration / DAY))} -out ${signed}`,
  ].join(' ');
}
