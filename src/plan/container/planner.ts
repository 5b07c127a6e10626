import type { ObservedContainer } from '../../model/observed.ts';
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
import { fieldChanges } from './field-changes.ts';
import { networkSteps, sortChanges, updateResources } from './in-place.ts';
import { findInstances, type Instances } from './instances.ts';
import { creationSteps, isUp, rollbackSteps, takeoverSteps } from './replacement.ts';
import { replacementVerdict } from './verdict.ts';

const HOUR = 3_600_000;
const MAX_REPLACEMENTS = 3;
const REMOVAL_POLL = 250;

type ContainerResource = Resource<'Container'>;

/** One Container resource and what is there to what is to be done about it. */
export function planContainer(resource: ContainerResource, context: PlanContext): ResourcePlan {
  const instances = findInstances(resource, context);
  const { current, candidate, foreign } = instances;
  const own = context.input.observed.ownContainerId;
  if (own !== undefined && [current?.id, candidate?.id, foreign?.id].includes(own))
    return conflict(
      'OwnContainer',
      `${resource.name} is the container that bastion itself runs in; it never manages itself`,
    );
  if (candidate && current) return planReplacement(resource, { ...instances, current, candidate }, context);
  if (foreign && (!resource.spec.adopt || foreign.owner))
    return conflict('Conflict', conflictMessage(resource, foreign));
  if (foreign && !current) return planAdoption(resource, foreign, context);
  if (!current) {
    // Once it was as wanted, its absence is somebody's doing, and named like any other drift.
    const wasThere = context.input.memory.baselines[resource.key]?.specHash === resource.hash;
    const steps = wasThere
      ? creationSteps(resource, context, 'drift', [{ path: 'state', want: 'running', got: 'missing' }])
      : creationSteps(resource, context, 'missing');
    return resourcePlan({
      steps,
      conditions: [progressing('Missing', 'the container does not exist')],
      readyAfterSteps: !awaitsHealth(resource, context),
    });
  }
  return planExisting(resource, current, instances.surplus, context);
}

function conflict(reason: string, message: string): ResourcePlan {
  return resourcePlan({ conditions: [stalled(reason, message)] });
}

function conflictMessage(resource: ContainerResource, foreign: ObservedContainer): string {
  return foreign.owner
    ? `the container ${resource.name} belongs to ${foreign.owner.key} of bastion instance ${foreign.owner.instance}; rename one of them`
    : `a container named ${resource.name} exists that bastion did not make; set spec.adopt: true to replace it, or remove or rename it`;
}

function planAdoption(resource: ContainerResource, foreign: ObservedContainer, context: PlanContext): ResourcePlan {
  const brake = replacementBrake(resource, context);
  if (brake) return resourcePlan({ conditions: [brake] });
  return resourcePlan({
    steps: takeoverSteps(resource, foreign, undefined, context, 'adopted'),
    conditions: [
      progressing(
        'Adopting',
        `replacing the container ${foreign.name} (${foreign.id.slice(0, 12)}) that somebody else made`,
      ),
    ],
    readyAfterSteps: false,
  });
}

/** A replacement that is under way, or was when the operator died. */
function planReplacement(
  resource: ContainerResource,
  instances: Instances & { current: ObservedContainer; candidate: ObservedContainer },
  context: PlanContext,
): ResourcePlan {
  const { current, candidate } = instances;
  const { memory, now } = context.input;
  const rollback = (reason: string, remember: boolean): ResourcePlan =>
    resourcePlan({
      steps: rollbackSteps(resource, instances as Required<Instances>, reason, remember),
      conditions: [degraded('RollingBack', `putting the previous container back: ${reason}`)],
      readyAfterSteps: false,
      needs: 'nothing',
      ignoresBackoff: true,
    });
  if (candidate.owner?.specHash !== resource.hash)
    return rollback('the spec changed while its replacement was under way', false);
  const failed = memory.rolledBack[resource.key];
  if (failed?.specHash === resource.hash) return rollback(failed.reason, false);

  const verdict = replacementVerdict(candidate, resource.spec, now);
  const cause = `replaces ${current.id.slice(0, 12)}`;
  if (verdict.type === 'bad') return rollback(verdict.reason, true);
  const surplus = removalSteps(instances.surplus);
  const isWaiting = candidate.state === 'created' || candidate.state === 'paused';
  if (isWaiting || candidate.name !== resource.name || isUp(current))
    return resourcePlan({
      steps: [...takeoverSteps(resource, current, candidate, context, cause), ...surplus],
      conditions: [progressing('Replacing', 'the new container takes over')],
      readyAfterSteps: false,
    });
  if (verdict.type === 'pending')
    return resourcePlan({
      conditions: [
        progressing('AwaitingHealth', `the new container is up; ${verdict.message}. The old one is kept until then`),
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

function planExisting(
  resource: ContainerResource,
  current: ObservedContainer,
  surplus: readonly ObservedContainer[],
  context: PlanContext,
): ResourcePlan {
  const { memory, now } = context.input;
  if (current.state === 'removing')
    return resourcePlan({
      conditions: [progressing('Removing', 'somebody is removing the container')],
      readyAfterSteps: false,
      wakeAt: now + REMOVAL_POLL,
    });
  if (current.state === 'dead')
    return resourcePlan({
      steps: [
        draft('RemoveContainer', { container: current.id, removeAnonymousVolumes: false }, 'dead'),
        ...creationSteps(resource, context, 'dead'),
      ],
      conditions: [degraded('Dead', 'the engine could not remove or run the container')],
      readyAfterSteps: false,
    });

  const changes = fieldChanges(resource, current, context);
  const faults = Object.keys(
    memory.baselines[resource.key]?.containerId === current.id ? (memory.baselines[resource.key]?.faults ?? {}) : {},
  );
  const sorted = sortChanges(changes, resource.spec);
  const failed = memory.rolledBack[resource.key];
  const rolledBack =
    failed?.specHash === resource.hash && current.owner?.specHash !== resource.hash ? failed : undefined;
  const specChanged =
    current.owner?.specHash !== resource.hash && memory.baselines[resource.key]?.specHash !== resource.hash;
  const cause = specChanged ? 'spec changed' : 'drift';

  if (sorted.replace.length > 0 && !rolledBack) {
    const brake = replacementBrake(resource, context);
    if (brake) return withState(resource, current, context, [], [brake], faults);
    return resourcePlan({
      steps: [...removalSteps(surplus), ...takeoverSteps(resource, current, undefined, context, cause, changes)],
      conditions: [
        progressing(
          specChanged ? 'SpecChanged' : 'Drifted',
          `must be replaced: ${sorted.replace.map((change) => change.path).join(', ')}`,
        ),
      ],
      readyAfterSteps: false,
      faults,
    });
  }
  if (rolledBack)
    return {
      ...withState(
        resource,
        current,
        context,
        [...renameSteps(resource, current), ...removalSteps(surplus)],
        [
          degraded(
            'RolledBack',
            `the new spec was tried and rolled back: ${rolledBack.reason}. The previous container runs; the spec is not tried again until it changes`,
          ),
        ],
        faults,
      ),
      servesPrevious: true,
    };
  const networkIds = new Map(context.input.observed.networks.map((network) => [network.name, network.id]));
  const steps: StepDraft[] = [
    ...renameSteps(resource, current),
    ...networkSteps(resource.spec, current, sorted.networks, networkIds, cause),
    ...(sorted.update.length > 0
      ? [
          draft(
            'UpdateContainer',
            { container: current.id, resources: updateResources(sorted.update, resource.spec) },
            cause,
            sorted.update,
          ),
        ]
      : []),
    ...removalSteps(surplus),
  ];
  return withState(resource, current, context, steps, [], faults);
}

/** Adds what the run state needs, and says how the container fares. */
function withState(
  resource: ContainerResource,
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
  resource: ContainerResource,
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
  const wakeAt = status.reason === 'AwaitingHealth' ? deadline : undefined;
  return resourcePlan({
    ...base,
    conditions: [...conditions, status],
    readyAfterSteps: status.type === 'Ready',
    wakeAt,
  });
}

function renameSteps(resource: ContainerResource, current: ObservedContainer): StepDraft[] {
  if (current.name === resource.name) return [];
  return [
    draft('RenameContainer', { container: current.id, name: resource.name }, 'drift', [
      { path: 'name', want: resource.name, got: current.name },
    ]),
  ];
}

function removalSteps(surplus: readonly ObservedContainer[]): StepDraft[] {
  return surplus.map((container) =>
    draft(
      'RemoveContainer',
      { container: container.id, removeAnonymousVolumes: false },
      `duplicate of ours (${container.name})`,
    ),
  );
}

/** The hard stop that ends every replace loop, whatever its cause. */
function replacementBrake(resource: ContainerResource, context: PlanContext): ConditionDraft | undefined {
  const record = context.input.memory.replacements[resource.key];
  const recent = record?.specHash === resource.hash ? record.at.filter((time) => time > context.input.now - HOUR) : [];
  if (recent.length < MAX_REPLACEMENTS) return undefined;
  return stalled(
    'ReplaceLoop',
    `replaced ${recent.length} times within an hour for the same spec and still not as wanted; hands off until the spec changes`,
  );
}

function awaitsHealth(resource: ContainerResource, context: PlanContext): boolean {
  const test =
    resource.spec.healthcheck?.test ?? context.input.observed.images[resource.spec.image]?.config.healthcheck?.test;
  return test !== undefined && test.length > 0 && test[0] !== 'NONE';
}
