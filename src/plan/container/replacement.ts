import type { FieldChange } from '../../model/fields.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { draft, type StepDraft } from '../draft.ts';
import { candidateName, retiredName, type Instances } from './instances.ts';
import { wantedNetworks } from './in-place.ts';

/**
 * Steps that make a new container: create, connect the networks that create cannot take (API 1.41 takes one), start.
 */
export function creationSteps(
  resource: Resource<'Container'>,
  context: PlanContext,
  cause: string,
  fields: readonly FieldChange[] = [],
): StepDraft[] {
  const [first, ...others] = Object.keys(resource.spec.networks ?? {}).sort();
  const owner = { instance: context.input.desired.instance, key: resource.key, specHash: resource.hash };
  const { name, spec } = resource;
  return [
    draft('CreateContainer', { name, spec, network: first, owner, inherit: {} }, cause, fields),
    ...others.map((network) =>
      draft(
        'ConnectNetwork',
        { network, container: name, attachment: spec.networks?.[network] ?? { aliases: [] } },
        cause,
      ),
    ),
    draft('StartContainer', { container: name }, cause),
  ];
}

/**
 * Steps from wherever a replacement stands to the new container running under the final name. Each is emitted only when
 * it is still to do, so that the chain resumes after a crash between any two calls. The old one is not removed here:
 * that takes the verdict on the new one.
 */
export function takeoverSteps(
  resource: Resource<'Container'>,
  replaced: ObservedContainer,
  candidate: ObservedContainer | undefined,
  context: PlanContext,
  cause: string,
  fields: readonly FieldChange[] = [],
): StepDraft[] {
  const { name, spec } = resource;
  const steps: StepDraft[] = [];
  const temporary = candidateName(name);
  const candidateReference = candidate?.id ?? temporary;
  const [first, ...others] = Object.keys(wantedNetworks(spec)).sort();
  // The temporary name is its own where somebody renamed it, or where what it once was to replace is gone.
  if (!candidate && replaced.name === temporary)
    steps.push(draft('RenameContainer', { container: replaced.id, name: retiredName(name, replaced.id) }, cause));
  if (!candidate) {
    const owner = {
      instance: context.input.desired.instance,
      key: resource.key,
      specHash: resource.hash,
      replaces: replaced.id,
    };
    const network = Object.keys(spec.networks ?? {}).length > 0 ? first : undefined;
    steps.push(
      draft(
        'CreateContainer',
        {
          name: temporary,
          spec,
          network,
          owner,
          inherit: anonymousVolumes(replaced, spec.volumes?.map((mount) => mount.target) ?? []),
        },
        cause,
        fields,
      ),
    );
  }
  const missing = candidate
    ? [first, ...others].filter(
        (network) => network !== undefined && candidate.fields[`networks.${network}`] === undefined,
      )
    : others;
  for (const network of missing) {
    const attachment = network === undefined ? undefined : wantedNetworks(spec)[network];
    if (network !== undefined && attachment)
      steps.push(draft('ConnectNetwork', { network, container: candidateReference, attachment }, cause));
  }
  if (isUp(replaced)) {
    if (replaced.state === 'paused') steps.push(draft('UnpauseContainer', { container: replaced.id }, cause));
    steps.push(draft('StopContainer', { container: replaced.id }, cause));
  }
  if (replaced.name === name)
    steps.push(draft('RenameContainer', { container: replaced.id, name: retiredName(name, replaced.id) }, cause));
  if (candidate?.name !== name) steps.push(draft('RenameContainer', { container: candidateReference, name }, cause));
  if (candidate?.state === 'paused') steps.push(draft('UnpauseContainer', { container: candidate.id }, cause));
  else if (candidate?.state !== 'running')
    steps.push(draft('StartContainer', { container: candidate?.id ?? name }, cause));
  return steps;
}

/** Steps that give a replaced container its place back. The failure is remembered first, so that no crash can lose it. */
export function rollbackSteps(
  resource: Resource<'Container'>,
  instances: Required<Instances>,
  reason: string,
  remember: boolean,
): StepDraft[] {
  const { current, candidate } = instances;
  if (!current || !candidate) return [];
  const cause = `rolled back: ${reason}`;
  return [
    ...(remember
      ? [draft('RecordRollback', { specHash: resource.attempt, reason, container: candidate.id }, cause)]
      : []),
    draft('RemoveContainer', { container: candidate.id, removeAnonymousVolumes: false }, cause),
    ...(current.name === resource.name
      ? []
      : [draft('RenameContainer', { container: current.id, name: resource.name }, cause)]),
    ...(current.state === 'paused' ? [draft('UnpauseContainer', { container: current.id }, cause)] : []),
    ...(isUp(current) ? [] : [draft('StartContainer', { container: current.id }, cause)]),
  ];
}

/** Whether a container's process lives (also paused or between two restarts). */
export function isUp(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'paused' || container.state === 'restarting';
}

/** Data in an image's VOLUMEs must survive a replacement: same anonymous volume, unless the spec mounts something there. */
function anonymousVolumes(replaced: ObservedContainer, targets: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(replaced.anonymousVolumes).filter(([destination]) => !targets.includes(destination)),
  );
}
