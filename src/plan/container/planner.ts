import type { ObservedContainer } from '../../model/observed.ts';
import type { RolledBack } from '../../model/memory.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { degraded, draft, progressing, resourcePlan, stalled, type ResourcePlan, type StepDraft } from '../draft.ts';
import { fieldChanges } from './field-changes.ts';
import { replacementBrake } from './brake.ts';
import { networkSteps, reconnectSteps, removalSteps, sortChanges, updateResources } from './in-place.ts';
import { findInstances } from './instances.ts';
import { planReplacement } from './plan-replacement.ts';
import { creationSteps, takeoverSteps } from './replacement.ts';
import { awaitsHealth, withState } from './run-state.ts';
import { strayMount } from './stray-mount.ts';

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
  const failed = context.input.memory.rolledBack[resource.key];
  if (failed?.specHash === resource.attempt)
    return resourcePlan({ conditions: [degraded('RolledBack', rolledBackMessage(resource, failed))] });
  const brake = replacementBrake(resource, context) ?? strayMount(foreign, context);
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
  const isOther = current.owner?.specHash !== resource.hash || sorted.replace.length > 0;
  const rolledBack = failed?.specHash === resource.attempt && isOther ? failed : undefined;
  const specChanged =
    current.owner?.specHash !== resource.hash && memory.baselines[resource.key]?.specHash !== resource.hash;
  const cause = specChanged ? 'spec changed' : 'drift';

  if (sorted.replace.length > 0 && !rolledBack) {
    const brake = replacementBrake(resource, context) ?? strayMount(current, context);
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
  const networkIds = new Map(context.input.observed.networks.map((network) => [network.name, network.id]));
  if (rolledBack)
    return {
      ...withState(
        resource,
        current,
        context,
        [...removalSteps(surplus), ...renameSteps(resource, current), ...reconnectSteps(current, networkIds)],
        [degraded('RolledBack', rolledBackMessage(resource, rolledBack))],
        faults,
      ),
      servesPrevious: true,
    };
  const steps: StepDraft[] = [
    // First: a duplicate may hold the name.
    ...removalSteps(surplus),
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
  ];
  return withState(resource, current, context, steps, [], faults);
}

function rolledBackMessage(resource: ContainerResource, { reason, log }: RolledBack): string {
  return (
    `the new spec was tried and rolled back: ${reason}. The previous container runs; the spec is not tried again until it ` +
    `changes, or: bastion retry ${resource.key}${log === undefined ? '' : `\nWhat the new one said last:\n${log}`}`
  );
}

function renameSteps(resource: ContainerResource, current: ObservedContainer): StepDraft[] {
  if (current.name === resource.name) return [];
  return [
    draft('RenameContainer', { container: current.id, name: resource.name }, 'drift', [
      { path: 'name', want: resource.name, got: current.name },
    ]),
  ];
}
