import { materialDigest, servedId } from '../../model/certificate-identity.ts';
import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import { keyOf, type Key } from '../../model/key.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ObservedServed } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { degraded, draft, type ConditionDraft, type StepDraft } from '../draft.ts';
import { runningContainer } from '../running-container.ts';
import { leafOf } from './checks.ts';
import { servedTarget } from './served-targets.ts';
import { day } from './times.ts';

/** Error code of a consumer that does not show a new certificate within its time; see `apply/steps`. */
const NOT_SERVED = 'NOT_SERVED';

/** How one consumer stands to what lies live. */
interface Standing {
  readonly consumer: CertificateConsumer;
  readonly container: ObservedContainer | undefined;
  /** It began after the files were written, or was told of them. */
  readonly isTold: boolean;
  /** It began after the files were written: a restart would change nothing. */
  readonly isFresh: boolean;
  readonly served: ObservedServed | undefined;
  /** What was seen was seen before the files or the consumer were what they are now. */
  readonly isOutdated: boolean;
  /** What it shows is what lies there; undefined: it says nowhere to look, or nobody looked yet. */
  readonly isCurrent: boolean | undefined;
}

/** What is to be done so that all consumers serve what lies live. */
export interface ConsumerPlan {
  readonly steps: readonly StepDraft[];
  readonly conditions: readonly ConditionDraft[];
  readonly touches: readonly Key[];
  /** One restart for the one that was told and did not take it: no backoff holds that. */
  readonly isRestart: boolean;
}

/** A Certificate whose pair is as wanted to what its consumers need to be told. */
export function planConsumers(resource: Resource<'Certificate'>, cause: string, context: PlanContext): ConsumerPlan {
  const fingerprint = leafOf(context.input.observed.pairs[resource.key])?.fingerprint ?? '';
  const failure = context.input.memory.backoffs[resource.key];
  const hasFailed = failure?.error.code === NOT_SERVED && failure.specHash === resource.attempt;
  const steps: StepDraft[] = [];
  const conditions: ConditionDraft[] = [];
  let isRestart = false;
  for (const standing of standings(resource, context)) {
    const { consumer, container, served } = standing;
    const target = servedTarget(resource, consumer, container, context.input);
    const verify =
      target === undefined || consumer.served === undefined
        ? []
        : [draft('VerifyServed', { served: target, fingerprint, within: consumer.served.within }, cause)];
    const isBad = standing.isCurrent === false && !standing.isOutdated;
    if (isBad && hasFailed && container !== undefined && !standing.isFresh) {
      isRestart = true;
      steps.push(
        draft('RestartContainer', { container: container.id }, 'the new certificate is not served'),
        ...verify,
      );
    } else if (!standing.isTold) steps.push(...actionSteps(consumer, container, cause), ...verify);
    else if (served === undefined || consumer.served === undefined) continue;
    else if (standing.isOutdated || (isBad && !hasFailed && isBooting(standing))) steps.push(...verify);
    else if (
      isBad &&
      served.state === 'served' &&
      served.fingerprint !== fingerprint &&
      !hasFailed &&
      !standing.isFresh
    )
      steps.push(...actionSteps(consumer, container, 'another certificate is served'), ...verify);
    else if (isBad) conditions.push(trouble(consumer, served, fingerprint));
  }
  const material = materialOf(resource, context);
  if (steps.length > 0 && context.input.memory.notified[resource.key] !== material)
    steps.push(draft('RecordNotified', { digest: material }, cause));
  const touches = resource.spec.consumers.flatMap(({ container }) =>
    container === undefined ? [] : [keyOf('Container', container)],
  );
  return { steps, conditions, touches: steps.length === 0 ? [] : touches, isRestart };
}

/** Whether everybody who reads a Certificate's directory is known to use what lies there. */
export function isSettled(resource: Resource<'Certificate'>, context: PlanContext): boolean {
  return standings(resource, context).every(
    ({ isTold, isOutdated, isCurrent, consumer }) =>
      isTold && (consumer.served === undefined || (isCurrent === true && !isOutdated)),
  );
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
function standings(resource: Resource<'Certificate'>, context: PlanContext, all = false): Standing[] {
  const { observed, memory, now } = context.input;
  const pair = observed.pairs[resource.key];
  const writtenAt = pair?.certificate.state === 'parsed' ? pair.certificate.modifiedAt : 0;
  const fingerprint = leafOf(pair)?.fingerprint;
  const wasNotified = memory.notified[resource.key] === materialOf(resource, context);
  return resource.spec.consumers.flatMap((consumer) => {
    const container = consumer.container === undefined ? undefined : runningContainer(consumer.container, context);
    if (consumer.container !== undefined && container === undefined && !all) return [];
    const startedAt = container?.startedAt ?? 0;
    const isFresh = isLater(startedAt, writtenAt, now);
    const served = observed.served[servedId(resource.key, consumer)];
    const isCurrent =
      consumer.served === undefined || served === undefined
        ? undefined
        : served.state === 'served' && served.fingerprint === fingerprint && served.failure === undefined;
    return {
      consumer,
      container,
      isFresh,
      isTold: isFresh || wasNotified || consumer.action.type === 'none',
      served,
      isOutdated:
        served !== undefined &&
        (served.at > now || [writtenAt, startedAt].some((changed) => isLater(changed, served.at, now))),
      isCurrent,
    };
  });
}

/** Of what is in the future nothing is known but that the clock was set back since: it is later than nothing. */
export function isLater(at: number, than: number, now: number): boolean {
  return at > than && at <= now;
}

function materialOf(resource: Resource<'Certificate'>, context: PlanContext): string {
  const pair = context.input.observed.pairs[resource.key];
  const trust = pair?.trust.state === 'parsed' ? pair.trust.certificates.map(({ fingerprint }) => fingerprint) : [];
  return materialDigest(leafOf(pair)?.fingerprint ?? '', trust);
}

/** What tells a consumer to read its files again. */
export function actionSteps(
  { action }: CertificateConsumer,
  container: ObservedContainer | undefined,
  cause: string,
): StepDraft[] {
  if (container === undefined || action.type === 'none') return [];
  if (action.type === 'signal')
    return [draft('SignalContainer', { container: container.id, signal: action.signal }, cause)];
  if (action.type === 'restart') return [draft('RestartContainer', { container: container.id }, cause)];
  return [draft('RequestContainer', { container: container.id, action }, cause)];
}

/** Whether it was looked at while it may still have been on its way up. */
function isBooting({ container, served, consumer }: Standing): boolean {
  return (
    container !== undefined &&
    served !== undefined &&
    consumer.served !== undefined &&
    served.at < container.startedAt + consumer.served.within
  );
}

function trouble(consumer: CertificateConsumer, served: ObservedServed, fingerprint: string): ConditionDraft {
  const who = consumer.container ?? `${consumer.served?.address}:${consumer.served?.port}`;
  if (served.state === 'unreachable')
    return degraded('NotServed', `${who} could not be asked which certificate it serves: ${served.error}`);
  if (served.fingerprint === fingerprint)
    return degraded(
      'HandshakeFailed',
      `${who} serves the certificate, but: ${served.failure ?? 'the handshake failed'}`,
    );
  return degraded(
    'StaleCertificateServed',
    `${who} serves another certificate (serial ${served.serial}, until ${day(served.notAfter)}) than the one on the disk: ` +
      'does it read the directory of this Certificate? Look at its mounts and its log',
  );
}
