import type { CertificateStatus } from '../../model/certificate-status.ts';
import { keyOf } from '../../model/key.ts';
import type { CertificateFacts } from '../../model/observed-certificates.ts';
import type { Plan } from '../../model/plan.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import type { Resource } from '../../model/resource.ts';
import { planContext, type PlanContext } from '../context.ts';
import { PlanCache } from '../plan-cache.ts';
import { leafOf, renewalTime } from './checks.ts';
import { consumerName } from './consumer-name.ts';
import { currentConsumers } from './standings.ts';
import { presentAuthority } from './trust.ts';

/** Conditions that tell of no trouble. */
const QUIET: ReadonlySet<string> = new Set(['Ready', 'Progressing']);

/**
 * All authorities and certificates as people and metrics are told of them, soonest expiry first; what has no
 * certificate comes before.
 *
 * @param plan made from the same input: its conditions are the problems
 */
export function certificateStatuses(input: PlanningInput, plan: Pick<Plan, 'conditions'>): CertificateStatus[] {
  const relevant = input.desired.resources.filter(
    ({ kind }) => kind === 'Certificate' || kind === 'CertificateAuthority',
  );
  if (relevant.length === 0) return [];
  const context = planContext(input, new PlanCache());
  const problems = new Map<string, string[]>();
  for (const { key, type, reason, message } of plan.conditions)
    if (!QUIET.has(type)) problems.set(key, [...(problems.get(key) ?? []), `${reason}: ${message}`]);
  return relevant
    .flatMap((resource) => {
      const found = problems.get(resource.key) ?? [];
      if (resource.kind === 'Certificate') return [ofCertificate(resource, found, context)];
      return resource.kind === 'CertificateAuthority' ? [ofAuthority(resource, found, context)] : [];
    })
    .sort((a, b) => (a.file?.notAfter ?? 0) - (b.file?.notAfter ?? 0) || (a.key < b.key ? -1 : 1));
}

function ofCertificate(
  resource: Resource<'Certificate'>,
  problems: readonly string[],
  context: PlanContext,
): CertificateStatus {
  const { spec, key } = resource;
  const { observed } = context.input;
  const leaf = leafOf(observed.pairs[key]);
  const authority = presentAuthority(observed.authorities[keyOf('CertificateAuthority', spec.issuer)]);
  return {
    key,
    names: [...spec.dnsNames, ...spec.ipAddresses],
    issuer: leaf?.issuer ?? authority?.subject ?? spec.issuer,
    ...(leaf === undefined ? {} : { file: fileOf(leaf), renewalAt: renewalTime(leaf, spec) }),
    consumers: currentConsumers(resource, context).map(({ consumer, served, isCurrent }) => ({
      name: consumerName(consumer, spec.consumers),
      ...(served === undefined ? {} : { served }),
      ...(isCurrent === undefined ? {} : { isCurrent }),
    })),
    problems,
  };
}

function ofAuthority(
  resource: Resource<'CertificateAuthority'>,
  problems: readonly string[],
  context: PlanContext,
): CertificateStatus {
  const present = presentAuthority(context.input.observed.authorities[resource.key]);
  return {
    key: resource.key,
    names: [present?.subject ?? resource.spec.commonName],
    issuer: present?.issuer ?? '',
    ...(present === undefined ? {} : { file: fileOf(present) }),
    consumers: resource.spec.consumers.map(({ container }) => ({ name: container ?? '' })),
    problems,
  };
}

function fileOf({
  serial,
  fingerprint,
  notBefore,
  notAfter,
}: CertificateFacts): NonNullable<CertificateStatus['file']> {
  return { serial, fingerprint, notBefore, notAfter };
}
