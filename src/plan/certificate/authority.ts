import type { CertificateFacts, ObservedAuthority } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import {
  blocked,
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  stalled,
  type ConditionDraft,
  type ResourcePlan,
  type StepDraft,
} from '../draft.ts';
import { planBundleReaders } from './bundle-readers.ts';
import { short } from './checks.ts';
import { day } from './times.ts';
import { isOnlyTime, leavesOf, presentAuthority, trustOf, waitsForText, type Trust } from './trust.ts';

/** What an authority can do. */
export interface AuthorityState {
  /** Its certificate, when it may sign or could if its key were here. */
  readonly present: CertificateFacts | undefined;
  /** It has its key here. */
  readonly canSign: boolean;
  /** Why not; in no certificate's way as long as what it signed is good. */
  readonly problem: ConditionDraft | undefined;
}

/** An authority's files to what it can do now. */
export function authorityState(
  { spec }: Resource<'CertificateAuthority'>,
  observed: ObservedAuthority | undefined,
  now: number,
): AuthorityState {
  const cannot = (problem: ConditionDraft): AuthorityState => ({ present: undefined, canSign: false, problem });
  const { certificate, key } = observed ?? { certificate: { state: 'missing' }, key: { state: 'missing' } };
  if (certificate.state === 'missing') {
    if (spec.create) return cannot(progressing('Missing', `${spec.certificate} does not exist`));
    return cannot(
      blocked(
        'AwaitingAuthority',
        `there is no ${spec.certificate}: put the certificate of your root there (and its key at ${spec.key}, unless ` +
          'it stays offline), or let one be made with create: true',
      ),
    );
  }
  if (certificate.state !== 'parsed')
    return cannot(degraded('Unreadable', `${spec.certificate} ${certificate.error}; it is never overwritten`));
  const present = presentAuthority(observed);
  if (present === undefined) return cannot(degraded('Unreadable', `${spec.certificate} holds no certificate`));
  if (!present.isAuthority)
    return cannot(
      stalled('NotAnAuthority', `${spec.certificate} is a certificate that may not sign others (no CA:TRUE)`),
    );
  if (!present.isSelfSigned)
    return cannot(
      stalled('NotARoot', `${spec.certificate} is signed by ${present.issuer}: a root is needed, which signs itself`),
    );
  if (present.notAfter <= now)
    return cannot(
      degraded(
        'AuthorityExpired',
        `${spec.certificate} expired on ${day(present.notAfter)}: put a new pair in its place, or name other files`,
      ),
    );
  if (present.notBefore > now)
    return cannot(
      degraded(
        'AuthorityNotYetValid',
        `${spec.certificate} is valid from ${day(present.notBefore)} only: is the clock right?`,
      ),
    );
  if (key.state === 'missing')
    return {
      present,
      canSign: false,
      problem: spec.create
        ? degraded(
            'KeyMissing',
            `${spec.key} is gone: the authority is never made anew. Put it back or, if it stays offline, say create: false`,
          )
        : undefined,
    };
  if (key.state !== 'parsed')
    return cannot(degraded('Unreadable', `${spec.key} ${key.error}; it is never overwritten`));
  if (key.publicKey !== present.publicKey)
    return cannot(degraded('KeyMismatch', `${spec.key} is not the key of ${spec.certificate}; neither is overwritten`));
  return { present, canSign: true, problem: undefined };
}

/** One CertificateAuthority and what is there to what is to be done about it. It is never replaced. */
export function planAuthority(resource: Resource<'CertificateAuthority'>, context: PlanContext): ResourcePlan {
  const { spec, key } = resource;
  const { observed, now } = context.input;
  const files = observed.authorities[key];
  const { present, problem, canSign } = authorityState(resource, files, now);
  if (present === undefined) {
    const isMade = spec.create && files?.certificate.state === 'missing';
    return resourcePlan({
      steps: isMade
        ? [
            draft(
              'CreateAuthority',
              { certificate: spec.certificate, key: spec.key, commonName: spec.commonName, duration: spec.duration },
              'missing',
            ),
          ]
        : [],
      conditions: problem === undefined ? [] : [problem],
      readyAfterSteps: false,
    });
  }
  const trust = trustOf(resource, present, context);
  const writes = bundleSteps(resource, trust, context);
  const notices = writes.length > 0 ? { steps: [], touches: [] } : planBundleReaders(resource, files?.bundle, context);
  const conditions: ConditionDraft[] = [describe(present, canSign, trust)];
  if (isOnlyTime(trust))
    conditions.push(progressing('Rotating', 'everybody gets the time to read what was written last'));
  const trouble = problem ?? warning(resource, present, files, context);
  if (trouble !== undefined) conditions.push(trouble);
  return resourcePlan({
    steps: [...writes, ...notices.steps],
    conditions,
    // Whoever waits for the bundle waits for its file; what a certificate needs to be signed is there.
    isUsable: files?.bundle.state === 'parsed',
    alsoTouches: notices.touches,
    wakeAt: Math.min(present.notAfter, trust.quietAt ?? Infinity),
  });
}

function bundleSteps(resource: Resource<'CertificateAuthority'>, trust: Trust, context: PlanContext): StepDraft[] {
  const bundle = context.input.observed.authorities[resource.key]?.bundle;
  const want = trust.certificates.map(({ fingerprint }) => fingerprint);
  const got = bundle?.state === 'parsed' ? bundle.certificates.map(({ fingerprint }) => fingerprint) : undefined;
  if (got !== undefined && [...got].sort().join() === [...want].sort().join()) return [];
  const present = trust.certificates[0];
  const cause =
    bundle === undefined || bundle.state === 'missing'
      ? 'missing'
      : got === undefined
        ? `bundle ${bundle.state}`
        : present !== undefined && !got.includes(present.fingerprint)
          ? 'authority rotated: the new one is trusted beside the old one'
          : want.every((fingerprint) => got.includes(fingerprint))
            ? 'authority rotated: nobody shows a certificate of the old one any more'
            : 'drift';
  const fields = [{ path: 'bundle', want: want.map(short), got: got?.map(short) }];
  const args = { path: resource.spec.bundle, certificates: trust.certificates.map(({ pem }) => pem) };
  return [draft('WriteBundle', args, cause, fields)];
}

function describe(
  present: CertificateFacts,
  canSign: boolean,
  { retiring, isSpread, waitsFor }: Trust,
): ConditionDraft {
  const until = `${present.subject}, valid until ${day(present.notAfter)}`;
  if (retiring.length > 0)
    return ready(
      'Rotating',
      `${until}; the one before is trusted too ${
        isSpread
          ? 'until nobody shows a certificate of it'
          : `until everybody trusts the new one${waitsForText(waitsFor)}`
      }`,
    );
  return canSign
    ? ready('Usable', until)
    : ready('Offline', `${until}; its key is not here: requests wait for a human`);
}

function warning(
  resource: Resource<'CertificateAuthority'>,
  present: CertificateFacts,
  files: ObservedAuthority | undefined,
  context: PlanContext,
): ConditionDraft | undefined {
  if (((files?.keyMode ?? 0) & 0o007) !== 0)
    return degraded(
      'KeyExposed',
      `everybody on this host may read ${resource.spec.key}: chmod o= ${resource.spec.key}`,
    );
  const longest = Math.max(0, ...leavesOf(resource, context).map(({ spec }) => spec.duration));
  if (present.notAfter - context.input.now < longest)
    return degraded(
      'AuthorityExpiring',
      `it ends on ${day(present.notAfter)}, before what it signs now would: put a new pair in its place, or name other ` +
        'files; the old one stays trusted until nothing of it is in use',
    );
  return undefined;
}
