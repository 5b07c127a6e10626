import type { ServedTarget } from '../../model/certificate-steps.ts';
import { keyOf, type Key } from '../../model/key.ts';
import type { ObservedServed } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import { actionSteps } from '../action-steps.ts';
import type { PlanContext } from '../context.ts';
import { blocked, degraded, draft, type ConditionDraft, type StepDraft } from '../draft.ts';
import { mustBeLeftAlone } from '../left-alone.ts';
import { leafOf } from './checks.ts';
import { consumerName } from './consumer-name.ts';
import { inTurn } from './in-turn.ts';
import { servedTarget } from './served-targets.ts';
import { materialOf, standings, type Standing } from './standings.ts';
import { day } from './times.ts';
import { toldOf, toldRecord } from './told.ts';

/** Error code of a consumer that does not show a new certificate within its time; see `apply/steps`. */
const NOT_SERVED = 'NOT_SERVED';

/** What is to be done so that all consumers serve what lies live. */
export interface ConsumerPlan {
  readonly steps: readonly StepDraft[];
  readonly conditions: readonly ConditionDraft[];
  /** Containers that the steps touch. */
  readonly touches: readonly Key[];
  /** One restart for the one that was told and did not take it: no backoff holds that. */
  readonly isRestart: boolean;
}

/** What one consumer needs. */
interface Need {
  readonly standing: Standing;
  readonly steps: readonly StepDraft[];
  readonly isRestart: boolean;
}

/**
 * A Certificate whose pair is as wanted to what its consumers need to be told. Each is told and looked at before the
 * next; after every failure another one comes first, and one that must be left alone is left out, so that nobody waits
 * for a neighbour that is broken, held or behind a gate.
 */
export function planConsumers(resource: Resource<'Certificate'>, cause: string, context: PlanContext): ConsumerPlan {
  const { memory } = context.input;
  const all = standings(resource, context);
  const needs = inTurn(
    all.map((standing) => needOf(resource, standing, cause, context)).filter(({ steps }) => steps.length > 0),
    resource,
    context,
  );
  const quiet = new Set(needs.map(({ standing }) => standing.id));
  const troubles = all.flatMap((standing) => (quiet.has(standing.id) ? [] : troubleOf(resource, standing, context)));
  const free =
    needs.length < 2
      ? needs
      : needs.filter(
          ({ standing: { container } }) =>
            container?.owner === undefined || !mustBeLeftAlone(container.owner.key, context),
        );
  const able = free.length > 0 ? free : needs;
  // Alone: no backoff holds it, and nobody's failure may come between it and its turn.
  const restart = able.find(({ isRestart }) => isRestart);
  const chosen = restart === undefined ? able : [restart];
  const left = needs
    .filter((need) => !able.includes(need))
    .map(({ standing }) => consumerName(standing.consumer, resource.spec.consumers));

  const material = materialOf(resource, context);
  const told = new Set(toldOf(memory.notified[resource.key], material));
  const steps = chosen.flatMap(({ standing, steps: own }) => {
    if (told.has(standing.id)) return own;
    told.add(standing.id);
    return [...own, draft('RecordNotified', { digest: toldRecord(material, told) }, cause)];
  });
  return {
    steps,
    conditions: [
      ...joined(troubles),
      ...(left.length === 0
        ? []
        : [blocked('ConsumerWaits', `not told yet, because of a hold or a closed gate: ${left.join(', ')}`)]),
    ],
    touches: chosen.flatMap(({ standing: { container } }) =>
      container === undefined ? [] : [container.owner?.key ?? keyOf('Container', container.name)],
    ),
    isRestart: chosen.some(({ isRestart }) => isRestart),
  };
}

function needOf(resource: Resource<'Certificate'>, standing: Standing, cause: string, context: PlanContext): Need {
  const { consumer, container, served, isTold, isFresh, isOutdated } = standing;
  const { observed, now } = context.input;
  const pair = observed.pairs[resource.key];
  const fingerprint = leafOf(pair)?.fingerprint ?? '';
  const target = servedTarget(resource, consumer, container, context.input);
  const look = (because: string): StepDraft[] =>
    target === undefined || consumer.served === undefined
      ? []
      : [draft('VerifyServed', { served: target, fingerprint, within: consumer.served.within }, because)];
  const verify = look(cause);
  const need = (steps: readonly StepDraft[], isRestart = false): Need => ({ standing, steps, isRestart });
  const hasFailed = hasFailedLast(resource, standing, context);
  const isBad = standing.isCurrent === false && !isOutdated;
  // Of a time that the clock was set back from it is not known whether a restart would be the first.
  const isDated = (pair?.liveSince ?? 0) <= now;
  if (
    isBad &&
    hasFailed &&
    container !== undefined &&
    !isFresh &&
    isDated &&
    !lacksIdentity(standing, target, fingerprint)
  )
    return need(
      [draft('RestartContainer', { container: container.id }, 'the new certificate is not served'), ...verify],
      true,
    );
  if (!isTold) return need([...actionSteps(consumer.action, container, cause, context.input), ...verify]);
  if (served === undefined || consumer.served === undefined) return need([]);
  if (isOutdated) return need(look('not looked at since it started or changed'));
  if (isBad && !hasFailed && isBooting(standing)) return need(look('it may be starting'));
  const showsAnother = served.state === 'served' && served.fingerprint !== fingerprint;
  if (isBad && showsAnother && !hasFailed && !isFresh)
    return need([
      ...actionSteps(consumer.action, container, 'another certificate is served', context.input),
      ...verify,
    ]);
  return need([]);
}

/** It serves what it should and asks for a certificate that we do not have: that no restart mends. */
function lacksIdentity({ served }: Standing, target: ServedTarget | undefined, fingerprint: string): boolean {
  return served?.state === 'served' && served.fingerprint === fingerprint && target?.identity === undefined;
}

function hasFailedLast(resource: Resource<'Certificate'>, { id }: Standing, context: PlanContext): boolean {
  const failure = context.input.memory.backoffs[resource.key];
  return failure?.error.code === NOT_SERVED && failure.error.of === id && failure.specHash === resource.attempt;
}

function troubleOf(resource: Resource<'Certificate'>, standing: Standing, context: PlanContext): ConditionDraft[] {
  const { consumer, served, isOutdated, isCurrent } = standing;
  if (served === undefined || isCurrent !== false || isOutdated) return [];
  return [
    trouble(
      consumerName(consumer, resource.spec.consumers),
      served,
      leafOf(context.input.observed.pairs[resource.key])?.fingerprint ?? '',
    ),
  ];
}

/** One condition for each reason, since a resource has one of each type only: the first reason stands for all. */
function joined(troubles: readonly ConditionDraft[]): ConditionDraft[] {
  const [first] = troubles;
  return first === undefined ? [] : [{ ...first, message: troubles.map(({ message }) => message).join('; ') }];
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

function trouble(who: string, served: ObservedServed, fingerprint: string): ConditionDraft {
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
