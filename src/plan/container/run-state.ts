import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import {
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  type ConditionDraft,
  type ResourcePlan,
  type StepDraft,
} from '../draft.ts';
import { strayMount } from './stray-mount.ts';

/** Adds what the run state needs, and says how the container fares. */
export function withState(
  resource: Resource<'Container'>,
  current: ObservedContainer,
  context: PlanContext,
  before: readonly StepDraft[],
  conditions: readonly ConditionDraft[],
  faults: readonly string[],
): ResourcePlan {
  const state = (got: string): { path: string; want: string; got: string }[] => [
    { path: 'state', want: 'running', got },
  ];
  const base = { faults, needs: 'networks' as const };
  const done = resource.spec.runPolicy === 'once';
  const exit = `${current.exitCode}${current.error === '' ? '' : ` (${current.error})`}`;
  switch (current.state) {
    case 'paused':
      return resourcePlan({
        ...base,
        steps: [draft('UnpauseContainer', { container: current.id }, 'drift', state('paused')), ...before],
        conditions: [...conditions, degraded('Paused', 'somebody paused the container')],
      });
    case 'restarting':
      return resourcePlan({
        ...base,
        steps: before,
        conditions: [
          ...conditions,
          degraded(
            'CrashLooping',
            `it keeps exiting with code ${exit}; the engine restarts it (${current.restartCount} times so far)`,
          ),
        ],
        readyAfterSteps: false,
      });
    case 'running':
      return runningPlan(resource, current, context, before, conditions, faults);
    default:
      if (done && current.state === 'exited')
        return resourcePlan({
          ...base,
          steps: before,
          conditions: [
            ...conditions,
            current.exitCode === 0
              ? ready('Completed', 'the job ran to its end')
              : degraded(
                  'JobFailed',
                  `the job exited with code ${exit}; change its spec or remove the container to run it again`,
                ),
          ],
          readyAfterSteps: current.exitCode === 0,
        });
      return resourcePlan({
        ...base,
        steps: [...before, draft('StartContainer', { container: current.id }, 'drift', state(current.state))],
        conditions: [...conditions, degraded('NotRunning', `the container is ${current.state}, exit code ${exit}`)],
        readyAfterSteps: !awaitsHealth(resource, context),
      });
  }
}

function runningPlan(
  resource: Resource<'Container'>,
  current: ObservedContainer,
  context: PlanContext,
  before: readonly StepDraft[],
  conditions: readonly ConditionDraft[],
  faults: readonly string[],
): ResourcePlan {
  const sharedName = /^container:(.+)$/.exec(resource.spec.network_mode ?? '')?.[1];
  const shared = sharedName === undefined ? undefined : context.containersByName.get(sharedName);
  if (shared && shared.startedAt > current.startedAt && shared.state === 'running')
    return resourcePlan({
      faults,
      steps: [
        ...before,
        draft(
          'RestartContainer',
          { container: current.id },
          `shares the network of ${shared.name}, which was started since`,
        ),
      ],
      conditions: [...conditions, progressing('NetworkGone', `the network that it shared with ${shared.name} is gone`)],
      readyAfterSteps: false,
    });
  const base = { steps: before, faults, needs: 'networks' as const };
  const deadline = current.startedAt + resource.spec.healthyWithin;
  const status: ConditionDraft =
    current.health === 'unhealthy'
      ? degraded('Unhealthy', `its health check fails${current.healthOutput === '' ? '' : `: ${current.healthOutput}`}`)
      : current.health !== 'starting'
        ? ready(
            current.health === 'healthy' ? 'Healthy' : 'Running',
            current.health === 'healthy' ? 'running and healthy' : 'running',
          )
        : context.input.now >= deadline
          ? degraded('NotHealthyInTime', `not healthy within ${resource.spec.healthyWithin / 1000} s (healthyWithin)`)
          : progressing('AwaitingHealth', 'waiting for its health check');
  const stray = strayMount(current, context);
  const wakeAt = status.reason === 'AwaitingHealth' ? deadline : undefined;
  return resourcePlan({
    ...base,
    conditions: [...conditions, ...(stray ? [stray] : []), status],
    readyAfterSteps: status.type === 'Ready',
    wakeAt,
  });
}

/** Whether a container's start is followed by a wait for its health check. */
export function awaitsHealth(resource: Resource<'Container'>, context: PlanContext): boolean {
  const test =
    resource.spec.healthcheck?.test ?? context.input.observed.images[resource.spec.image]?.config.healthcheck?.test;
  return test !== undefined && test.length > 0 && test[0] !== 'NONE';
}
