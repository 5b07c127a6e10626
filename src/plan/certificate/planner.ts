import { keyOf } from '../../model/key.ts';
import type { ObservedPath } from '../../model/observed.ts';
import type { CertificateFacts, ObservedPair } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import {
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
import { ownerChanges } from '../owner-changes.ts';
import { authorityState } from './authority.ts';
import { issueReason, leafOf, renewalTime, short, type Violation } from './checks.ts';
import { isSettled, planConsumers } from './consumers.ts';
import { planOffline } from './offline.ts';
import { day } from './times.ts';
import { trustOf, type Trust } from './trust.ts';

const DIRECTORY_MODE = 0o755;
const PUBLIC_MODE = 0o444;

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
  if (authority === undefined || state?.present === undefined) return withoutAuthority(resource, leaf, now);

  const { present } = state;
  const trust = trustOf(authority, present, context);
  const trusted = trust.certificates.map(({ pem }) => pem);
  const violation = issueReason({ spec, pair, authority: present, renewalAsked: memory.renewals[key], now });
  const isUsable = leaf !== undefined && isServable(violation);
  const usable = leaf === undefined || !isUsable ? [] : [describe(resource, leaf)];
  if (violation !== undefined && !waitsForOthers(violation, trust)) {
    if (!state.canSign) {
      const { certificate, key: authorityKey } = authority.spec;
      const offline = planOffline(resource, pair, { present, certificate, key: authorityKey }, trusted, violation, now);
      return resourcePlan({ steps: offline.steps, conditions: [...usable, ...offline.conditions], isUsable });
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
  return maintain(resource, pair, leaf, trust, violation, context);
}

/** The pair is as wanted, or has to wait: all that belongs to it. */
function maintain(
  resource: Resource<'Certificate'>,
  pair: ObservedPair,
  leaf: CertificateFacts,
  trust: Trust,
  violation: Violation | undefined,
  context: PlanContext,
): ResourcePlan {
  const { spec, key } = resource;
  const taken = takenPaths(resource, context);
  const conditions: ConditionDraft[] = [describe(resource, leaf)];
  if (violation !== undefined)
    conditions.push(
      progressing('RotatingAuthority', `${violation.message}; it is reissued when everybody trusts the new one`),
    );
  if (taken !== undefined) conditions.push(taken);
  const wakeAt = violation === undefined ? renewalTime(leaf, spec) : undefined;
  const common = {
    conditions,
    isUsable: true,
    ...(wakeAt !== undefined && wakeAt > context.input.now ? { wakeAt } : {}),
  };

  const spread = trustSteps(resource, pair, trust);
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
  leaf: CertificateFacts | undefined,
  now: number,
): ResourcePlan {
  if (leaf === undefined || leaf.notAfter <= now)
    return resourcePlan({
      conditions: [progressing('AwaitingAuthority', `CertificateAuthority/${resource.spec.issuer} cannot sign it yet`)],
      readyAfterSteps: false,
    });
  return resourcePlan({ conditions: [describe(resource, leaf)] });
}

/** A rotation alone is no hurry: whoever does not trust the new authority yet would refuse what it signs. */
function waitsForOthers(violation: Violation, trust: Trust): boolean {
  return violation.reason === 'AuthorityRotated' && !trust.isSpread;
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

function trustSteps({ spec }: Resource<'Certificate'>, pair: ObservedPair, trust: Trust): StepDraft[] {
  const want = trust.certificates.map(({ fingerprint }) => fingerprint);
  const got = pair.trust.state === 'parsed' ? pair.trust.certificates.map(({ fingerprint }) => fingerprint) : undefined;
  if (got !== undefined && [...got].sort().join() === [...want].sort().join()) return [];
  const isRotation = got !== undefined && (trust.retiring.length > 0 || want.every((one) => got.includes(one)));
  const cause =
    isRotation || (got !== undefined && !got.includes(want[0] ?? ''))
      ? 'authority rotated'
      : `ca.crt ${pair.trust.state === 'parsed' ? 'differs' : pair.trust.state}`;
  const fields = [{ path: 'trust', want: want.map(short), got: got?.map(short) }];
  return [draft('UpdateTrust', { spec, trust: trust.certificates.map(({ pem }) => pem) }, cause, fields)];
}

/** Something that is not ours holds a name that the pair is to have. */
function takenPaths({ spec }: Resource<'Certificate'>, context: PlanContext): ConditionDraft | undefined {
  if (spec.adopt) return undefined;
  const taken = [spec.certificate, spec.key].filter((path) => {
    const type = context.input.observed.paths[path]?.type;
    return type !== undefined && type !== 'missing' && type !== 'symlink';
  });
  if (taken.length === 0) return undefined;
  return stalled(
    'Conflict',
    `${taken.join(' and ')} exists and is not ours; the pair is in ${spec.directory}. Move it away, choose other paths, ` +
      'or say adopt: true (it is kept beside)',
  );
}

/** The stable names lead to the directory, and those in the directory to the live version. */
function linkSteps(
  { spec }: Resource<'Certificate'>,
  pair: ObservedPair | undefined,
  context: PlanContext,
): StepDraft[] {
  const wrong = (
    [
      ['certificate', 'tls.crt'],
      ['key', 'tls.key'],
    ] as const
  ).flatMap(([name, file]) => {
    const found = context.input.observed.paths[spec[name]];
    if (found?.type !== undefined && found.type !== 'missing' && found.type !== 'symlink' && !spec.adopt) return [];
    const want = `${spec.directory}/${file}`;
    const got = found?.type === 'symlink' ? resolveLink(spec[name], found.target ?? '') : found?.type;
    return got === want ? [] : [{ path: name, want, got: got ?? 'missing' }];
  });
  const inner = pair !== undefined && pair.live !== undefined && !pair.isLinked;
  if (wrong.length === 0 && !inner) return [];
  const fields = [...wrong, ...(inner ? [{ path: 'directory', want: 'linked', got: 'elsewhere' }] : [])];
  return [draft('LinkCertificate', { spec }, pair?.live === undefined ? 'missing' : 'links differ', fields)];
}

/** A link's target against the directory that it lies in. */
function resolveLink(path: string, target: string): string {
  if (target.startsWith('/')) return target;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Only the key is somebody else's; a service that could write the rest could lead the operator astray. */
function ownerSteps({ spec }: Resource<'Certificate'>, pair: ObservedPair, context: PlanContext): StepDraft[] {
  const version = `${spec.directory}/${pair.live ?? ''}`;
  const keyOwner = {
    ...(spec.owner === undefined ? {} : { owner: spec.owner }),
    ...(spec.group === undefined ? {} : { group: spec.group }),
  };
  const wanted: readonly [string, string, ObservedPath, { owner?: string; group?: string; mode: number }][] = [
    ['directory', spec.directory, pair.paths.directory, { mode: DIRECTORY_MODE }],
    ['version', version, pair.paths.version, { mode: DIRECTORY_MODE }],
    ['key', `${version}/tls.key`, pair.paths.key, { ...keyOwner, mode: spec.mode }],
    ['certificate', `${version}/tls.crt`, pair.paths.certificate, { mode: PUBLIC_MODE }],
    ['trust', `${version}/ca.crt`, pair.paths.trust, { mode: PUBLIC_MODE }],
  ];
  return wanted.flatMap(([name, path, found, ownership]) => {
    if (found.type === 'missing') return [];
    const changes = ownerChanges(ownership, found, context.input.observed);
    const fields = changes.map((change) => ({ ...change, path: `${name}.${change.path}` }));
    return changes.length === 0 ? [] : [draft('SetOwnership', { path, ...ownership }, 'drift', fields)];
  });
}
