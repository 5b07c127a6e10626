import { keyOf } from '../../model/key.ts';
import type { CertificateFacts, ObservedAuthority } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { untoldReaders } from './bundle-readers.ts';
import { leafOf } from './checks.ts';
import { standings, unsettled } from './standings.ts';

/** Whom those who trust an authority shall trust now, and how far a rotation has come. */
export interface Trust {
  /** The present certificate first, then those that still vouch for somebody. */
  readonly certificates: readonly CertificateFacts[];
  /** All but the present one. */
  readonly retiring: readonly CertificateFacts[];
  /** Everybody who reads the bundle has the present certificate in it, and has had the time to read it: it may sign. */
  readonly isSpread: boolean;
  /** The bundle and every certificate's `ca.crt` hold the present certificate, whoever has read them. */
  readonly isWritten: boolean;
  /** Those that are waited for until it is spread: resources, and consumers of the authority. */
  readonly waitsFor: readonly string[];
  /** Somebody was not looked at yet: the first answer is on its way. */
  readonly isUnseen: boolean;
  /** When the time to read what was written last is over, in milliseconds since the epoch; absent: nobody waits for that. */
  readonly quietAt?: number;
}

/**
 * How long those who were told, or who look by themselves, may take to read files again, in milliseconds: a Traefik that
 * got two signals heeds the second one two seconds later, and our own server looks every five. No dial shows whom a
 * service trusts.
 */
const PICK_UP = 10_000;

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
  const bundles = [bundle, ...leaves.filter((leaf) => !isOurs(leaf)).map(({ key }) => pairs[key]?.trust)];
  const known = new Map<string, CertificateFacts>();
  for (const pem of bundles)
    if (pem?.state === 'parsed')
      for (const facts of pem.certificates) if (facts.isAuthority) known.set(facts.fingerprint, facts);
  known.delete(present.fingerprint);

  const { now } = context.input;
  const isWritten = trusts(bundle, present) && leaves.every((leaf) => trusts(pairs[leaf.key]?.trust, present));
  const waitsFor = [
    ...leaves.flatMap((leaf) => unsettled(leaf, context).map((name) => `${name} (${leaf.key})`)),
    ...untoldReaders(authority, bundle, context).map(({ consumer }) => `Container/${consumer.container}`),
  ];
  const isSpread = isWritten && waitsFor.length === 0 && bundles.every((pem) => quietAt(pem, now) === undefined);
  const shown = leaves.map(({ key }) => pairs[key]?.certificate);
  const isOver = isSpread && leaves.every(isOurs) && shown.every((pem) => quietAt(pem, now) === undefined);
  const retiring = isOver
    ? []
    : [...known.values()]
        .filter(({ notAfter }) => notAfter > now)
        .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const certificates = [present, ...retiring];
  const isUnseen = leaves.some((leaf) =>
    standings(leaf, context).some(({ consumer, served }) => consumer.served !== undefined && served === undefined),
  );
  const found = { certificates, retiring, isSpread, isWritten, waitsFor, isUnseen };
  if (retiring.length === 0) return found;
  const times = [...bundles, ...shown].map((pem) => quietAt(pem, now)).filter((time) => time !== undefined);
  return { ...found, ...(times.length === 0 ? {} : { quietAt: Math.min(...times) }) };
}

/** A rotation that goes on by itself: when the time to read is over, or the first looks are. */
export function isOnlyTime({ retiring, waitsFor, quietAt, isUnseen }: Trust): boolean {
  return retiring.length > 0 && (isUnseen || (waitsFor.length === 0 && quietAt !== undefined));
}

/** For the end of a sentence. */
export function waitsForText(waitsFor: readonly string[]): string {
  return waitsFor.length === 0 ? '' : `; it waits for ${waitsFor.join(', ')}`;
}

/** When the time to read a file is over; undefined: it is, or the file is of a future that a clock was set back from. */
function quietAt(pem: ObservedAuthority['bundle'] | undefined, now: number): number | undefined {
  if (pem?.state !== 'parsed' || pem.modifiedAt > now || now - pem.modifiedAt >= PICK_UP) return undefined;
  return pem.modifiedAt + PICK_UP;
}

function trusts(pem: ObservedAuthority['bundle'] | undefined, present: CertificateFacts): boolean {
  return pem?.state === 'parsed' && pem.certificates.some(({ fingerprint }) => fingerprint === present.fingerprint);
}
