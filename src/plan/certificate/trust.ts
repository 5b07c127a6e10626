import { keyOf } from '../../model/key.ts';
import type { CertificateFacts, ObservedAuthority } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { leafOf } from './checks.ts';
import { isSettled } from './consumers.ts';

/** Whom those who trust an authority shall trust now, and how far a rotation has come. */
export interface Trust {
  /** The present certificate first, then those that still vouch for somebody. */
  readonly certificates: readonly CertificateFacts[];
  /** All but the present one. */
  readonly retiring: readonly CertificateFacts[];
  /** Everybody who reads the bundle has the present certificate in it: it may sign. */
  readonly isSpread: boolean;
}

/** The authority's own certificate, if it can be used as one; whatever else is wrong with it. */
export function presentAuthority(observed: ObservedAuthority | undefined): CertificateFacts | undefined {
  return observed?.certificate.state === 'parsed' ? observed.certificate.certificates[0] : undefined;
}

/** The Certificates that an authority signs. */
export function leavesOf(authority: Resource<'CertificateAuthority'>, context: PlanContext): Resource<'Certificate'>[] {
  return context.input.desired.resources.filter(
    (resource): resource is Resource<'Certificate'> =>
      resource.kind === 'Certificate' && keyOf('CertificateAuthority', resource.spec.issuer) === authority.key,
  );
}

/**
 * A rotation in three acts, each read off what lies there: the bundle holds both authorities; when everybody has read
 * it, leaves are issued by the new one; when nobody shows a leaf of the old one any more, it leaves the bundle.
 */
export function trustOf(
  authority: Resource<'CertificateAuthority'>,
  present: CertificateFacts,
  context: PlanContext,
): Trust {
  const known = context.trusts.get(authority.key) ?? readTrust(authority, present, context);
  context.trusts.set(authority.key, known);
  return known;
}

function readTrust(
  authority: Resource<'CertificateAuthority'>,
  present: CertificateFacts,
  context: PlanContext,
): Trust {
  const { authorities, pairs } = context.input.observed;
  const bundle = authorities[authority.key]?.bundle;
  const leaves = leavesOf(authority, context).filter(({ key }) => leafOf(pairs[key]) !== undefined);
  const isOurs = ({ key }: Resource): boolean => leafOf(pairs[key])?.signedBy.includes(present.fingerprint) === true;
  // Those of a leaf count as long as it needs them: a lost bundle must not end a rotation, nor one that is over return.
  const sources = [bundle, ...leaves.filter((leaf) => !isOurs(leaf)).map(({ key }) => pairs[key]?.trust)];
  const known = new Map<string, CertificateFacts>();
  for (const pem of sources)
    if (pem?.state === 'parsed')
      for (const facts of pem.certificates) if (facts.isAuthority) known.set(facts.fingerprint, facts);
  known.delete(present.fingerprint);

  const isSpread =
    trusts(bundle, present) &&
    leaves.every((leaf) => trusts(pairs[leaf.key]?.trust, present) && isSettled(leaf, context));
  const retiring =
    isSpread && leaves.every(isOurs)
      ? []
      : [...known.values()]
          .filter(({ notAfter }) => notAfter > context.input.now)
          .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  return { certificates: [present, ...retiring], retiring, isSpread };
}

function trusts(pem: ObservedAuthority['bundle'] | undefined, present: CertificateFacts): boolean {
  return pem?.state === 'parsed' && pem.certificates.some(({ fingerprint }) => fingerprint === present.fingerprint);
}
