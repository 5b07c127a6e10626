import { diffFields } from '../model/diff-fields.ts';
import type { ObservedContainer, ObservedVolume } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import { consentRequest } from './consent.ts';
import type { PlanContext } from './context.ts';
import { degraded, draft, progressing, ready, resourcePlan, stalled, type ResourcePlan } from './draft.ts';
import { closedGatesBefore } from './gate.ts';
import { volumeFields } from './volume-fields.ts';

/** One Volume resource and what is there to what is to be done about it. Data goes only with consent by name. */
export function planVolume(resource: Resource<'Volume'>, context: PlanContext): ResourcePlan {
  const { observed, desired } = context.input;
  const { name, spec } = resource;
  const owner = { instance: desired.instance, key: resource.key, specHash: resource.hash };
  const volume = observed.volumes.find((candidate) => candidate.name === name);
  if (!volume) {
    if (spec.external)
      return resourcePlan({
        conditions: [
          stalled(
            'ExternalMissing',
            `the volume ${name} is external and does not exist; create it, or remove external: true`,
          ),
        ],
      });
    return resourcePlan({
      steps: [draft('CreateVolume', { name, spec, owner }, 'missing')],
      conditions: [progressing('Missing', 'the volume does not exist')],
    });
  }
  if (spec.external) return resourcePlan({ conditions: [ready('External', 'exists; somebody else manages it')] });
  const isOurs = volume.owner?.instance === desired.instance && volume.owner.key === resource.key;
  const changes = diffFields(volumeFields(spec), volume.fields);
  if (!isOurs && (!spec.adopt || volume.owner))
    return resourcePlan({ conditions: [stalled('Conflict', conflictMessage(name, volume))] });
  if (changes.length === 0)
    return resourcePlan({ conditions: [ready(isOurs ? 'Present' : 'Adopted', 'exists as wanted')] });

  const paths = changes.map((change) => change.path).join(', ');
  if (!isOurs)
    return resourcePlan({
      conditions: [
        degraded('Diverged', `adopted, but differs in ${paths}; a volume of somebody else is never replaced`),
      ],
    });
  const users = observed.containers.filter((container) => usesVolume(container, name));
  const obstacles = users.flatMap((container) => obstacle(container, context) ?? []);
  if (obstacles.length > 0)
    return resourcePlan({ conditions: [degraded('Diverged', `differs in ${paths}, and ${obstacles.join(', and ')}`)] });
  const cause = volume.owner?.specHash === resource.hash ? 'drift' : 'spec changed';
  return resourcePlan({
    steps: [
      ...users.map((container) =>
        draft(
          'RemoveContainer',
          { container: container.id, removeAnonymousVolumes: false },
          `uses ${resource.key}, which is replaced`,
        ),
      ),
      draft('RemoveVolume', { name }, cause),
      draft('CreateVolume', { name, spec, owner }, cause, changes),
    ],
    alsoTouches: users.flatMap((container) => container.owner?.key ?? []),
    consent: consentRequest('replace', [
      `Volume/${name} made ${volume.createdAt} with all its data, because of ${paths}`,
    ]),
    conditions: [
      degraded('Diverged', `differs in ${paths}; a volume cannot be changed, only replaced, which destroys its data`),
    ],
  });
}

/** Why a user of a volume may not be removed with it: nobody would make it again. */
function obstacle(container: ObservedContainer, context: PlanContext): string | undefined {
  const { desired } = context.input;
  const { name, owner } = container;
  if (owner?.instance !== desired.instance) return `${name} (not ours) uses it`;
  if (!desired.complete && !desired.resources.some(({ key }) => key === owner.key))
    return `${name} uses it, whose manifest may be in a file that cannot be read now`;
  const gates = closedGatesBefore(owner.key, context.input);
  return gates.length === 0 ? undefined : `${name} uses it, which waits behind ${gates.join(', ')}`;
}

function usesVolume(container: ObservedContainer, name: string): boolean {
  return Object.entries(container.fields).some(
    ([path, value]) =>
      path.startsWith('volumes.') &&
      typeof value === 'object' &&
      value !== null &&
      'source' in value &&
      value.source === name,
  );
}

function conflictMessage(name: string, volume: ObservedVolume): string {
  return volume.owner
    ? `the volume ${name} belongs to ${volume.owner.key} of bastion instance ${volume.owner.instance}; rename one of them`
    : `a volume named ${name} exists that bastion did not make; set spec.external: true or spec.adopt: true to use it, or rename it`;
}
