import { materialDigest, servedId } from '../../model/certificate-identity.ts';
import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ObservedServed } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { isLater } from '../is-later.ts';
import { runningContainer } from '../running-container.ts';
import { leafOf } from './checks.ts';
import { consumerName } from './consumer-name.ts';
import { toldOf } from './told.ts';

/** How one consumer stands to what lies live. */
export interface Standing {
  readonly id: string;
  readonly consumer: CertificateConsumer;
  readonly container: ObservedContainer | undefined;
  /** It began after the files went live, or was told of them. */
  readonly isTold: boolean;
  /** It began after the files went live: a restart would change nothing. */
  readonly isFresh: boolean;
  readonly served: ObservedServed | undefined;
  /** What was seen was seen before the files or the consumer were what they are now. */
  readonly isOutdated: boolean;
  /** What it shows is what lies there; undefined: it says nowhere to look, or nobody looked yet. */
  readonly isCurrent: boolean | undefined;
}

/** Whether everybody who reads a Certificate's directory is known to use what lies there. */
export function isSettled(resource: Resource<'Certificate'>, context: PlanContext): boolean {
  return unsettled(resource, context).length === 0;
}

/** Those of whom that is not known, for people. */
export function unsettled(resource: Resource<'Certificate'>, context: PlanContext): string[] {
  return standings(resource, context)
    .filter(
      ({ isTold, isOutdated, isCurrent, consumer }) =>
        !isTold || (consumer.served !== undefined && (isCurrent !== true || isOutdated)),
    )
    .map(({ consumer }) => consumerName(consumer, resource.spec.consumers));
}

/** Whether a consumer shows what lies there, for people; undefined: not known. */
export function currentConsumers(
  resource: Resource<'Certificate'>,
  context: PlanContext,
): { consumer: CertificateConsumer; served: ObservedServed | undefined; isCurrent: boolean | undefined }[] {
  const all = standings(resource, context, true);
  return all.map(({ consumer, served, isCurrent }) => ({ consumer, served, isCurrent }));
}

/** Consumers that run; with `all` the others too. */
export function standings(resource: Resource<'Certificate'>, context: PlanContext, all = false): readonly Standing[] {
  const known = context.standings.get(resource.key) ?? readStandings(resource, context);
  context.standings.set(resource.key, known);
  return all
    ? known
    : known.filter(({ consumer, container }) => consumer.container === undefined || container !== undefined);
}

function readStandings(resource: Resource<'Certificate'>, context: PlanContext): Standing[] {
  const { observed, memory, now } = context.input;
  const pair = observed.pairs[resource.key];
  const liveSince = pair?.liveSince ?? 0;
  const fingerprint = leafOf(pair)?.fingerprint;
  const told = toldOf(memory.notified[resource.key], materialOf(resource, context));
  return resource.spec.consumers.map((consumer) => {
    const container = consumer.container === undefined ? undefined : runningContainer(consumer.container, context);
    const startedAt = container?.startedAt ?? 0;
    const isFresh = isLater(startedAt, liveSince, now);
    const id = servedId(resource.key, consumer);
    const served = observed.served[id];
    const isCurrent =
      consumer.served === undefined || served === undefined
        ? undefined
        : served.state === 'served' && served.fingerprint === fingerprint && served.failure === undefined;
    return {
      id,
      consumer,
      container,
      isFresh,
      isTold: isFresh || told.has(id) || consumer.action.type === 'none',
      served,
      isOutdated:
        served !== undefined &&
        (served.at > now || [liveSince, startedAt].some((changed) => isLater(changed, served.at, now))),
      isCurrent,
    };
  });
}

/** Identity of what lies live of a Certificate. */
export function materialOf(resource: Resource<'Certificate'>, context: PlanContext): string {
  const pair = context.input.observed.pairs[resource.key];
  const trust = pair?.trust.state === 'parsed' ? pair.trust.certificates.map(({ fingerprint }) => fingerprint) : [];
  return materialDigest(leafOf(pair)?.fingerprint ?? '', trust);
}
