import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { degraded, draft, progressing, ready, resourcePlan, type ResourcePlan } from '../draft.ts';
import { removalSteps } from './in-place.ts';
import type { Instances } from './instances.ts';
import { readinessOf } from './readiness.ts';
import { isUp, rollbackSteps, takeoverSteps } from './replacement.ts';
import { replacementVerdict } from './verdict.ts';

/** A replacement that is under way, or was when the operator died. */
export function planReplacement(
  resource: Resource<'Container'>,
  instances: Instances & { current: ObservedContainer; candidate: ObservedContainer },
  context: PlanContext,
): ResourcePlan {
  const { current, candidate } = instances;
  const { memory, now } = context.input;
  const rollback = (reason: string, remember: boolean): ResourcePlan =>
    resourcePlan({
      steps: rollbackSteps(resource, instances, reason, remember),
      conditions: [degraded('RollingBack', `putting the previous container back: ${reason}`)],
      readyAfterSteps: false,
      needs: 'nothing',
      ignoresBackoff: true,
    });
  if (candidate.owner?.specHash !== resource.hash)
    return rollback('the spec changed while its replacement was under way', false);
  const failed = memory.rolledBack[resource.key];
  if (failed?.specHash === resource.attempt) return rollback(failed.reason, false);

  const readiness = readinessOf(candidate, resource.spec, context.input);
  const verdict = replacementVerdict(candidate, resource.spec, now, readiness);
  const cause = `replaces ${current.id.slice(0, 12)}`;
  if (verdict.type === 'bad') return rollback(verdict.reason, true);
  const surplus = removalSteps(instances.surplus);
  const isWaiting = candidate.state === 'paused' || (candidate.state !== 'running' && verdict.type === 'pending');
  if (isWaiting || candidate.name !== resource.name || isUp(current))
    return resourcePlan({
      // First: a duplicate may hold the name that is to be taken.
      steps: [...surplus, ...takeoverSteps(resource, current, candidate, context, cause)],
      conditions: [progressing('Replacing', 'the new container takes over')],
      readyAfterSteps: false,
    });
  if (verdict.type === 'pending')
    return resourcePlan({
      conditions: [
        {
          ...progressing(
            'AwaitingHealth',
            `the new container is up; ${verdict.message}. The old one is kept until then`,
          ),
          wait: { since: candidate.startedAt, until: verdict.until },
        },
      ],
      readyAfterSteps: false,
      wakeAt: verdict.until,
    });
  return resourcePlan({
    steps: [
      draft(
        'RemoveContainer',
        { container: current.id, removeAnonymousVolumes: false },
        `replaced by ${candidate.id.slice(0, 12)}`,
      ),
      ...surplus,
    ],
    conditions: [ready('Running', 'the new container is up')],
    needs: 'nothing',
  });
}
