import { servedId } from '../../model/certificate-identity.ts';
import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import type { ServedTarget } from '../../model/certificate-steps.ts';
import { keyOf, type Key } from '../../model/key.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import type { Resource } from '../../model/resource.ts';
import { planContext } from '../context.ts';
import { PlanCache } from '../plan-cache.ts';
import { runningContainer } from '../running-container.ts';
import { leafOf } from './checks.ts';
import { consumerName } from './consumer-name.ts';

/** All services whose certificate can be looked at now. */
export function servedTargets(input: PlanningInput): (ServedTarget & { readonly key: Key })[] {
  if (!input.desired.resources.some(({ kind }) => kind === 'Certificate')) return [];
  const context = planContext(input, new PlanCache());
  return input.desired.resources.flatMap((resource) => {
    if (resource.kind !== 'Certificate' || leafOf(input.observed.pairs[resource.key]) === undefined) return [];
    return resource.spec.consumers.flatMap((consumer) => {
      const container = consumer.container === undefined ? undefined : runningContainer(consumer.container, context);
      if (consumer.container !== undefined && container === undefined) return [];
      const target = servedTarget(resource, consumer, container, input);
      return target === undefined ? [] : [{ key: resource.key, ...target }];
    });
  });
}

/** Where one consumer is dialled, whom we trust there and what we show; undefined: it says nowhere to look. */
export function servedTarget(
  resource: Resource<'Certificate'>,
  consumer: CertificateConsumer,
  container: ObservedContainer | undefined,
  { desired, observed }: Pick<PlanningInput, 'desired' | 'observed'>,
): ServedTarget | undefined {
  if (consumer.served === undefined) return undefined;
  const { address, port, serverName } = consumer.served;
  const authority = observed.authorities[keyOf('CertificateAuthority', resource.spec.issuer)];
  const own = observed.pairs[resource.key]?.trust;
  const trust = new Map<string, string>();
  for (const pem of [authority?.certificate, authority?.bundle, own])
    if (pem?.state === 'parsed')
      for (const facts of pem.certificates) if (facts.isAuthority) trust.set(facts.fingerprint, facts.pem);
  const client = desired.bastion.clientCertificate;
  const identity = desired.resources.find(
    (candidate): candidate is Resource<'Certificate'> =>
      client !== undefined && candidate.kind === 'Certificate' && candidate.name === client,
  );
  return {
    id: servedId(resource.key, consumer),
    consumer: consumerName(consumer, resource.spec.consumers),
    ...(address === undefined ? {} : { address }),
    ...(address === undefined && container !== undefined ? { container: container.id } : {}),
    port,
    serverName,
    trust: [...trust.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pem]) => pem),
    ...(identity === undefined || observed.pairs[identity.key]?.live === undefined
      ? {}
      : { identity: identity.spec.directory }),
  };
}
