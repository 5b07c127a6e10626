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
import { readinessOf } from './readiness.ts';
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
      if (done && current.state === 'exited') {
        const leader = startedSince(resource, current, context);
        if (leader !== undefined)
          return resourcePlan({
            ...base,
            steps: [
              ...before,
              draft('StartContainer', { container: current.id }, `runs after every start of ${leader.name}`),
            ],
            conditions: [...conditions, progressing('RunsAgain', `${leader.name} was started since`)],
            readyAfterSteps: false,
          });
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
      }
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
  const status = runningStatus(resource, current, context, deadline);
  const stray = strayMount(current, context);
  const wakeAt = status.type === 'Progressing' && deadline > context.input.now ? deadline : undefined;
  const wait = wakeAt === undefined ? {} : { wait: { since: current.startedAt, until: deadline } };
  return resourcePlan({
    ...base,
    conditions: [...conditions, ...(stray ? [stray] : []), { ...status, ...wait }],
    readyAfterSteps: status.type === 'Ready',
    wakeAt,
  });
}

/** How a running container fares, by its health check and by what it says when it is asked. */
function runningStatus(
  { spec }: Resource<'Container'>,
  current: ObservedContainer,
  { input }: PlanContext,
  deadline: number,
): ConditionDraft {
  const isLate = input.now >= deadline;
  if (current.health === 'unhealthy')
    return degraded(
      'Unhealthy',
      `its health check fails${current.healthOutput === '' ? '' : `: ${current.healthOutput}`}`,
    );
  if (current.health === 'starting')
    return isLate
      ? degraded('NotHealthyInTime', `not healthy within ${spec.healthyWithin / 1000} s (healthyWithin)`)
      : progressing('AwaitingHealth', 'waiting for its health check');
  const readiness = readinessOf(current, spec, input);
  if (readiness?.type === 'notReady')
    return isLate
      ? degraded('NotReady', readiness.message)
      : progressing('AwaitingReadiness', `not ready yet: ${readiness.message}`);
  if (readiness?.type === 'unasked') return progressing('AwaitingReadiness', 'not asked yet whether it is ready');
  return current.health === 'healthy' ? ready('Healthy', 'running and healthy') : ready('Running', 'running');
}

/** The container that a job runs after, when it runs and was started after the job was. */
function startedSince(
  resource: Resource<'Container'>,
  job: ObservedContainer,
  context: PlanContext,
): ObservedContainer | undefined {
  const { runAfter } = resource.spec;
  const leader = runAfter === undefined ? undefined : context.containersByName.get(runAfter);
  return leader?.state === 'running' && leader.startedAt > job.startedAt ? leader : undefined;
}

/** Whether a container's start is followed by a wait for its health check, or for its saying that it is ready. */
export function awaitsHealth(resource: Resource<'Container'>, context: PlanContext): boolean {
  if (resource.spec.readiness !== undefined) return true;
  const test =
    resource.spec.healthcheck?.test ?? context.input.observed.images[resource.spec.image]?.config.healthcheck?.test;
  return test !== undefined && test.length > 0 && test[0] !== 'NONE';
}
