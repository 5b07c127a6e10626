import { keyOf } from '../../model/key.ts';
import type { CertificateFacts, ObservedPair, ObservedPem } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import {
  blocked,
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  type ConditionDraft,
  type ResourcePlan,
  type StepDraft,
} from '../draft.ts';
import { authorityState } from './authority.ts';
import { issueReason, leafOf, renewalTime, short, type Violation } from './checks.ts';
import { planConsumers } from './consumers.ts';
import { planOffline } from './offline.ts';
import { linkSteps, ownerSteps, takenPaths } from './placement.ts';
import { isSettled } from './standings.ts';
import { day } from './times.ts';
import { isOnlyTime, trustOf, waitsForText, type Trust } from './trust.ts';

/**
 * One Certificate and what is there to what is to be done about it: first the pair, then whom it trusts, then names and
 * owners, then its consumers, at last what it leaves behind. One of these a pass, each from a fresh look.
 */
export function planCertificate(resource: Resource<'Certificate'>, context: PlanContext): ResourcePlan {
  const { spec, key } = resource;
  const { observed, desired, memory, now } = context.input;
  const pair = observed.pairs[key];
  const issuerKey = keyOf('CertificateAuthority', spec.issuer);
  const authority = desired.resources.find(
    (candidate): candidate is Resource<'CertificateAuthority'> => candidate.key === issuerKey,
  );
  const state = authority && authorityState(authority, observed.authorities[issuerKey], now);
  const leaf = leafOf(pair);
  const unreadable = (['certificate', 'key'] as const)
    .map((name) => pair?.[name])
    .find((file) => file?.state === 'unreadable');
  if (unreadable?.state === 'unreadable')
    return resourcePlan({ conditions: [degraded('Unreadable', `below ${spec.directory}: ${unreadable.error}`)] });
  if (authority === undefined || state?.present === undefined) return withoutAuthority(resource, pair, now);

  const { present } = state;
  const trust = trustOf(authority, present, context);
  const trusted = trust.certificates.map(({ pem }) => pem);
  const violation = issueReason({ spec, pair, authority: present, renewalAsked: memory.renewals[key], now });
  const isUsable = leaf !== undefined && isServable(violation);
  const usable = leaf === undefined || !isUsable ? [] : [describe(resource, leaf)];
  if (violation !== undefined && !waitsForOthers(resource, leaf, violation, trust, now)) {
    if (!state.canSign) {
      const { certificate, key: authorityKey } = authority.spec;
      const offline = planOffline(resource, pair, { present, certificate, key: authorityKey }, trusted, violation, now);
      if (offline.steps.length > 0 || leaf === undefined || pair === undefined || !isUsable)
        return resourcePlan({
          steps: offline.steps,
          conditions: [...usable, ...offline.conditions],
          isUsable,
          // A request is no certificate yet.
          readyAfterSteps: offline.steps.some(({ op }) => op === 'TakeUpCertificate'),
        });
      // It may take a human weeks to sign: what is live is looked after meanwhile.
      return maintain(resource, pair, leaf, trust, offline.conditions, context);
    }
    const args = {
      spec,
      issuer: {
        certificate: authority.spec.certificate,
        key: authority.spec.key,
        fingerprint: present.fingerprint,
      },
      trust: trusted,
      key: violation.reason === 'AuthorityRotated' ? ('keep' as const) : ('new' as const),
    };
    const issue = draft('IssueCertificate', args, violation.cause, violation.fields);
    return resourcePlan({
      steps: [issue, ...linkSteps(resource, pair, context)],
      conditions: [progressing(violation.reason, violation.message)],
      isUsable,
    });
  }
  if (leaf === undefined || pair === undefined) return resourcePlan({ conditions: [] });
  const waiting =
    violation === undefined
      ? []
      : [
          (isOnlyTime(trust) ? progressing : blocked)(
            'RotatingAuthority',
            `${violation.message}; it is reissued when everybody trusts the new one${waitsForText(trust.waitsFor)}`,
          ),
        ];
  return maintain(resource, pair, leaf, trust, waiting, context);
}

/** The pair is as wanted, or has to wait: all that belongs to it. */
function maintain(
  resource: Resource<'Certificate'>,
  pair: ObservedPair,
  leaf: CertificateFacts,
  trust: Trust,
  waiting: readonly ConditionDraft[],
  context: PlanContext,
): ResourcePlan {
  const { spec, key } = resource;
  const { now } = context.input;
  const taken = takenPaths(resource, context);
  const conditions: ConditionDraft[] = [describe(resource, leaf), ...waiting];
  if (taken !== undefined) conditions.push(taken);
  const times = [renewalTime(leaf, spec), lastCall(leaf, spec), leaf.notAfter].filter((time) => time > now);
  const common = { conditions, isUsable: true, ...(times.length === 0 ? {} : { wakeAt: Math.min(...times) }) };

  const bundle = context.input.observed.authorities[keyOf('CertificateAuthority', spec.issuer)]?.bundle;
  const spread = trustSteps(resource, pair, trust, bundle);
  if (spread.length > 0) return resourcePlan({ ...common, steps: spread });
  const repairs = [
    ...(taken === undefined ? linkSteps(resource, pair, context) : []),
    ...ownerSteps(resource, pair, context),
  ];
  if (repairs.length > 0) return resourcePlan({ ...common, steps: repairs });
  const { steps, conditions: troubles, touches, isRestart } = planConsumers(resource, `${key} changed`, context);
  if (steps.length > 0)
    return resourcePlan({
      ...common,
      conditions: [...conditions, ...troubles],
      steps,
      alsoTouches: touches,
      ignoresBackoff: isRestart,
    });
  conditions.push(...troubles);
  const removes =
    pair.others.length > 0 && isSettled(resource, context)
      ? [draft('RemovePreviousPairs', { directory: spec.directory, versions: pair.others }, 'no longer served')]
      : [];
  return resourcePlan({ ...common, steps: removes });
}

/** Nothing can be signed; what was signed stays in use as long as it is good. */
function withoutAuthority(
  resource: Resource<'Certificate'>,
  pair: ObservedPair | undefined,
  now: number,
): ResourcePlan {
  const { spec } = resource;
  const leaf = leafOf(pair);
  const violation = issueReason({ spec, pair, authority: undefined, renewalAsked: undefined, now });
  if (leaf !== undefined && isServable(violation))
    return resourcePlan({ conditions: [describe(resource, leaf)], isUsable: true, wakeAt: leaf.notAfter });
  const message = `${violation?.message ?? 'nothing is live'}; CertificateAuthority/${spec.issuer} cannot sign a new one yet`;
  return resourcePlan({ conditions: [blocked('AwaitingAuthority', message)], readyAfterSteps: false });
}

/** What makes a certificate useless; anything else can wait. */
const URGENT = new Set(['Missing', 'Unparsable', 'KeyMismatch', 'IssuerWrong', 'Expired', 'NotYetValid']);

/**
 * In a rotation whoever does not trust the new authority yet would refuse what it signs. But once half of the time for
 * the renewal is gone, one who does not come along holds up nobody else any more, if the files are there; and in its
 * last tenth nothing does.
 */
function waitsForOthers(
  { spec }: Resource<'Certificate'>,
  leaf: CertificateFacts | undefined,
  violation: Violation,
  trust: Trust,
  now: number,
): boolean {
  if (trust.retiring.length === 0 || trust.isSpread || URGENT.has(violation.reason)) return false;
  if (leaf === undefined) return true;
  // Its renewal by the same authority changes nobody's trust.
  const isWritten = trust.isWritten || violation.reason !== 'AuthorityRotated';
  return now < (isWritten ? lastCall(leaf, spec) : leaf.notAfter - spec.renewBefore / LAST_RESORT);
}

/** The part of the time for a renewal in which a rotation waits for nobody at all. */
const LAST_RESORT = 10;

/** Milliseconds since the epoch at which half of the time for a renewal is gone. */
function lastCall(leaf: CertificateFacts, spec: Resource<'Certificate'>['spec']): number {
  return leaf.notAfter - spec.renewBefore / 2;
}

/** Whether those who use the live pair can go on with it for the time being. */
function isServable(violation: Violation | undefined): boolean {
  return (
    violation === undefined ||
    ['AuthorityRotated', 'RenewalRequested', 'RenewalDue', 'KeyAlgorithmDiffers'].includes(violation.reason)
  );
}

function describe({ spec }: Resource<'Certificate'>, leaf: CertificateFacts): ConditionDraft {
  return ready('Valid', `valid until ${day(leaf.notAfter)}, renewal due ${day(renewalTime(leaf, spec))}`);
}

function trustSteps(
  { spec }: Resource<'Certificate'>,
  pair: ObservedPair,
  trust: Trust,
  bundle: ObservedPem | undefined,
): StepDraft[] {
  const want = trust.certificates.map(({ fingerprint }) => fingerprint);
  const got = pair.trust.state === 'parsed' ? pair.trust.certificates.map(({ fingerprint }) => fingerprint) : undefined;
  if (got !== undefined && [...got].sort().join() === [...want].sort().join()) return [];
  // What the bundle still holds is let go there first: whoever cannot be written must not make the others go back and forth.
  const kept = bundle?.state === 'parsed' ? bundle.certificates.map(({ fingerprint }) => fingerprint) : [];
  const isWhole = got !== undefined && want.every((one) => got.includes(one));
  if (isWhole && got.every((one) => want.includes(one) || kept.includes(one))) return [];
  const isRotation = got !== undefined && (trust.retiring.length > 0 || want.every((one) => got.includes(one)));
  const cause =
    isRotation || (got !== undefined && !got.includes(want[0] ?? ''))
      ? 'authority rotated'
      : `ca.crt ${pair.trust.state === 'parsed' ? 'differs' : pair.trust.state}`;
  const fields = [{ path: 'trust', want: want.map(short), got: got?.map(short) }];
  return [draft('UpdateTrust', { spec, trust: trust.certificates.map(({ pem }) => pem) }, cause, fields)];
}
