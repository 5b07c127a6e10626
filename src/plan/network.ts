import { diffFields } from '../model/diff-fields.ts';
import type { FieldChange } from '../model/fields.ts';
import type { ObservedContainer, ObservedNetwork } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import type { NetworkAttachment } from '../model/specs.ts';
import { fieldChanges } from './container/field-changes.ts';
import { observedAttachment, sortChanges, wantedNetworks } from './container/in-place.ts';
import type { PlanContext } from './context.ts';
import {
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  stalled,
  type ResourcePlan,
  type StepDraft,
} from './draft.ts';
import { comparableNetworkFields, networkFields } from './network-fields.ts';
import { overlappingNetwork } from './subnet-overlap.ts';

/** One Network resource and what is there to what is to be done about it. */
export function planNetwork(resource: Resource<'Network'>, context: PlanContext): ResourcePlan {
  const { observed, desired } = context.input;
  const { name, spec } = resource;
  const named = observed.networks.filter((network) => network.name === name);
  const owned = named.find(
    (network) => network.owner?.instance === desired.instance && network.owner.key === resource.key,
  );
  const network = owned ?? named[0];
  if (!network) {
    if (spec.external)
      return resourcePlan({
        conditions: [
          stalled(
            'ExternalMissing',
            `the network ${name} is external and does not exist; create it, or remove external: true`,
          ),
        ],
      });
    return (
      overlapPlan(resource, context) ??
      resourcePlan({
        steps: [creation(resource, context, 'missing')],
        conditions: [progressing('Missing', 'the network does not exist')],
      })
    );
  }
  if (spec.external) return resourcePlan({ conditions: [ready('External', 'exists; somebody else manages it')] });
  if (named.length > 1)
    return resourcePlan({
      conditions: [
        stalled(
          'Duplicate',
          `there are ${named.length} networks named ${name}; remove all but one (docker network rm ID)`,
        ),
      ],
    });

  const changes = diffFields(networkFields(spec), comparableNetworkFields(spec, network.fields));
  if (!owned) {
    if (!spec.adopt || network.owner)
      return resourcePlan({ conditions: [stalled('Conflict', conflictMessage(name, network))] });
    if (changes.length > 0)
      return resourcePlan({
        conditions: [
          degraded(
            'Diverged',
            `adopted, but differs in ${paths(changes)}; a network of somebody else is never replaced`,
          ),
        ],
      });
    return resourcePlan({ conditions: [ready('Adopted', 'exists as wanted; made by somebody else')] });
  }
  if (changes.length === 0) return resourcePlan({ conditions: [ready('Present', 'exists as wanted')] });
  const cause = network.owner?.specHash === resource.hash ? 'drift' : 'spec changed';
  const overlapping = overlapPlan(resource, context);
  if (overlapping) return overlapping;
  return resourcePlan({
    steps: replacementSteps(resource, network, context, cause, changes),
    alsoTouches: membersOf(network, context).flatMap((member) => member.owner?.key ?? []),
    conditions: [progressing('Diverged', `must be replaced: ${paths(changes)}`)],
  });
}

function overlapPlan({ name, spec }: Resource<'Network'>, context: PlanContext): ResourcePlan | undefined {
  const other = overlappingNetwork(name, spec, context.input.observed.networks);
  if (other === undefined) return undefined;
  return resourcePlan({
    conditions: [stalled('SubnetOverlaps', `its addresses overlap with those of ${other}; choose another subnet`)],
  });
}

function creation(
  resource: Resource<'Network'>,
  context: PlanContext,
  cause: string,
  fields: readonly FieldChange[] = [],
): StepDraft {
  const owner = { instance: context.input.desired.instance, key: resource.key, specHash: resource.hash };
  return draft('CreateNetwork', { name: resource.name, spec: resource.spec, owner }, cause, fields);
}

/** Networks are immutable: members leave, the network is made anew, members come back, keeping their containers. */
function replacementSteps(
  resource: Resource<'Network'>,
  network: ObservedNetwork,
  context: PlanContext,
  cause: string,
  changes: readonly FieldChange[],
): StepDraft[] {
  const members = membersOf(network, context);
  return [
    ...members.map((member) => draft('DisconnectNetwork', { network: network.name, container: member.id }, cause)),
    draft('RemoveNetwork', { network: network.id }, cause),
    creation(resource, context, cause, changes),
    ...members
      .filter((member) => !leaves(member, network.name, context))
      .map((member) =>
        draft(
          'ConnectNetwork',
          { network: network.name, container: member.id, attachment: attachmentOf(member, network.name, context) },
          cause,
        ),
      ),
  ];
}

function membersOf(network: ObservedNetwork, context: PlanContext): ObservedContainer[] {
  return context.input.observed.containers
    .filter((container) => container.networkIds[network.name] !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Whether a member is to leave by steps of its own: brought back meanwhile it would stay. One that is to be replaced
 * comes back, since it may have to serve again.
 */
function leaves(member: ObservedContainer, network: string, context: PlanContext): boolean {
  const resource = context.input.desired.resources.find((candidate) => candidate.key === member.owner?.key);
  if (resource?.kind !== 'Container' || wantedNetworks(resource.spec)[network] !== undefined) return false;
  if (context.input.memory.rolledBack[resource.key]?.specHash === resource.attempt) return false;
  return sortChanges(fieldChanges(resource, member, context), resource.spec).replace.length === 0;
}

/** As its manifest wants it when it is ours, else as it was. */
function attachmentOf(member: ObservedContainer, network: string, context: PlanContext): NetworkAttachment {
  const resource = context.input.desired.resources.find((candidate) => candidate.key === member.owner?.key);
  const wanted = resource?.kind === 'Container' ? wantedNetworks(resource.spec)[network] : undefined;
  if (wanted) return wanted;
  return observedAttachment(member, network);
}

function conflictMessage(name: string, network: ObservedNetwork): string {
  return network.owner
    ? `the network ${name} belongs to ${network.owner.key} of bastion instance ${network.owner.instance}; rename one of them`
    : `a network named ${name} exists that bastion did not make; set spec.external: true to use it as it is, spec.adopt: true to hold it to this spec, or rename it`;
}

function paths(changes: readonly FieldChange[]): string {
  return changes.map((change) => change.path).join(', ');
}
