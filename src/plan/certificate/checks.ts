import type { CertificateSpec } from '../../model/certificate-specs.ts';
import type { CertificateFacts, ObservedPair } from '../../model/observed-certificates.ts';
import type { FieldChange } from '../../model/fields.ts';
import { day } from './times.ts';

/** What a certificate is checked against. */
export interface CheckInput {
  readonly spec: CertificateSpec;
  readonly pair: ObservedPair | undefined;
  /** The authority's present certificate; absent while it has none: then only what does not need it is checked. */
  readonly authority: CertificateFacts | undefined;
  /** Fingerprint of the certificate that the human asked to be renewed. */
  readonly renewalAsked: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Why a certificate has to be issued anew. */
export interface Violation {
  /** Stable CamelCase word, as conditions have them. */
  readonly reason: string;
  /** The step's cause, in a few words. */
  readonly cause: string;
  readonly message: string;
  readonly fields: readonly FieldChange[];
}

type Check = (input: CheckInput & { readonly leaf: CertificateFacts | undefined }) => Violation | undefined;

/** How far in the future a certificate may begin before the clock counts as set back, in milliseconds. */
const TOLERANCE = 60_000;
/** A renewal that would end less than this later, in milliseconds, is none. */
const WORTHWHILE = 60_000;

const violation = (reason: string, cause: string, message: string, fields: readonly FieldChange[] = []): Violation => ({
  reason,
  cause,
  message,
  fields,
});

/**
 * The checks in their order: each may rely on what those before it found sound. After cert-manager's policy chain
 * (https://github.com/cert-manager/cert-manager/blob/master/internal/controller/certificates/policies/policies.go).
 */
const CHECKS: readonly Check[] = [
  // Nothing to look at.
  ({ pair }) => {
    const gone = (['certificate', 'key'] as const).filter(
      (name) => pair === undefined || pair[name].state === 'missing',
    );
    return gone.length === 0 ? undefined : violation('Missing', 'missing', `there is no ${gone.join(' and no ')}`);
  },
  // Something, but not what it should be.
  ({ pair }) => {
    for (const name of ['certificate', 'key'] as const) {
      const file = pair?.[name];
      if (file?.state === 'unparsable')
        return violation('Unparsable', `${name} unparsable`, `the ${name} ${file.error}`);
    }
    return undefined;
  },
  // Two halves of different pairs.
  ({ pair, leaf }) =>
    pair?.key.state === 'parsed' && pair.key.publicKey !== leaf?.publicKey
      ? violation('KeyMismatch', 'key does not match', 'the key is not the one that the certificate was made for')
      : undefined,
  // Signed by nobody that the authority's bundle knows.
  ({ leaf, authority }) =>
    authority !== undefined && leaf?.signedBy.length === 0
      ? violation(
          'IssuerWrong',
          'signed by another authority',
          `it is signed by ${leaf.issuer}, and no key of ${authority.subject} did that`,
          [{ path: 'issuer', want: authority.subject, got: leaf.issuer }],
        )
      : undefined,
  // It is about somebody else.
  ({ leaf, spec }) =>
    differs('NamesDiffer', 'names differ', leaf, {
      commonName: [spec.commonName, leaf?.subject],
      dnsNames: [spec.dnsNames, leaf?.dnsNames],
      ipAddresses: [spec.ipAddresses, leaf?.ipAddresses],
    }),
  // It may not do what it is for.
  ({ leaf, spec }) => differs('UsagesDiffer', 'usages differ', leaf, { usages: [spec.usages, leaf?.usages] }),
  ({ leaf, spec }) =>
    differs('KeyAlgorithmDiffers', 'key algorithm differs', leaf, {
      keyAlgorithm: [spec.keyAlgorithm, leaf?.keyAlgorithm],
    }),
  // Before the rotation, which waits for others: an expired certificate serves nobody.
  ({ leaf, now }) =>
    leaf !== undefined && leaf.notAfter <= now
      ? violation('Expired', 'expired', `it expired on ${day(leaf.notAfter)}`)
      : undefined,
  ({ leaf, now }) =>
    leaf !== undefined && leaf.notBefore > now + TOLERANCE
      ? violation(
          'NotYetValid',
          'not valid yet',
          `it is valid from ${day(leaf.notBefore)} only: was the clock set back?`,
        )
      : undefined,
  ({ leaf, authority }) =>
    authority !== undefined && leaf !== undefined && !leaf.signedBy.includes(authority.fingerprint)
      ? violation(
          'AuthorityRotated',
          'authority rotated',
          `it is signed by the authority before the present one (serial ${authority.serial})`,
          [{ path: 'issuer', want: short(authority.fingerprint), got: short(leaf.signedBy[0] ?? '') }],
        )
      : undefined,
  ({ leaf, renewalAsked }) =>
    leaf !== undefined && leaf.fingerprint === renewalAsked
      ? violation('RenewalRequested', 'renewal requested', 'a human asked for a new one')
      : undefined,
  ({ leaf, spec, authority, now }) => {
    if (leaf === undefined || authority === undefined || now < renewalTime(leaf, spec)) return undefined;
    // One that ends with its authority cannot be made to last longer.
    if (Math.min(now + spec.duration, authority.notAfter) <= leaf.notAfter + WORTHWHILE) return undefined;
    return violation('RenewalDue', 'renewal due', `it ends on ${day(leaf.notAfter)}`);
  },
];

/** The first reason to issue a certificate anew; undefined: it is as wanted. */
export function issueReason(input: CheckInput): Violation | undefined {
  const subject = { ...input, leaf: leafOf(input.pair) };
  for (const check of CHECKS) {
    const found = check(subject);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The live certificate itself; undefined when there is none that can be read. */
export function leafOf(pair: ObservedPair | undefined): CertificateFacts | undefined {
  return pair?.certificate.state === 'parsed' ? pair.certificate.certificates[0] : undefined;
}

/** Milliseconds since the epoch, in whole seconds as certificates have them, at which a certificate is due. */
export function renewalTime(leaf: CertificateFacts, spec: CertificateSpec): number {
  return Math.floor((leaf.notAfter - spec.renewBefore) / 1000) * 1000;
}

function differs(
  reason: string,
  cause: string,
  leaf: CertificateFacts | undefined,
  fields: Readonly<Record<string, readonly [string | readonly string[], string | readonly string[] | undefined]>>,
): Violation | undefined {
  if (leaf === undefined) return undefined;
  const changes = Object.entries(fields).flatMap(([path, [want, got]]) =>
    isSame(want, got) ? [] : [{ path, want, got }],
  );
  if (changes.length === 0) return undefined;
  return violation(reason, cause, `${changes.map(({ path }) => path).join(', ')} of it are not as wanted`, changes);
}

function isSame(want: string | readonly string[], got: string | readonly string[] | undefined): boolean {
  if (typeof want === 'string' || typeof got === 'string' || got === undefined) return want === got;
  return want.length === got.length && want.every((name, index) => name === got[index]);
}

/** Enough of a fingerprint to tell two apart. */
export function short(fingerprint: string): string {
  return `sha256:${fingerprint.slice(0, 12)}`;
}
