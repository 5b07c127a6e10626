import { servedId } from '../../model/certificate-identity.ts';
import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import type { ServedTarget } from '../../model/certificate-steps.ts';
import type { Key } from '../../model/key.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { PlanningInput } from '../../model/planning-input.ts';
import type { Resource } from '../../model/resource.ts';
import { planContext } from '../context.ts';
import { PlanCache } from '../plan-cache.ts';
import { runningContainer } from '../running-container.ts';
import { tlsAccess } from '../tls-access.ts';
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
  input: Pick<PlanningInput, 'desired' | 'observed'>,
): ServedTarget | undefined {
  if (consumer.served === undefined) return undefined;
  const { address, port, serverName } = consumer.served;
  return {
    id: servedId(resource.key, consumer),
    consumer: consumerName(consumer, resource.spec.consumers),
    ...(address === undefined ? {} : { address }),
    ...(address === undefined && container !== undefined ? { container: container.id } : {}),
    port,
    ...tlsAccess({ serverName, authority: resource.spec.issuer }, input, input.observed.pairs[resource.key]?.trust),
  };
}
