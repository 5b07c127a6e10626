import { diffFields } from '../../model/diff-fields.ts';
import type { FieldValue } from '../../model/fields.ts';
import type { Baseline } from '../../model/memory.ts';
import type { Observed } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { Step } from '../../model/step.ts';
import { effectiveFields } from './effective-fields.ts';
import { comparable } from './field-changes.ts';
import { withSharedIds } from './shared-namespaces.ts';

/**
 * How a container looks right after our own steps on it succeeded; undefined when there is nothing to remember.
 * Differences in the fields that those steps addressed are faults of our normaliser: recorded, reported, left alone.
 *
 * @param ranSteps the steps of this resource that just succeeded
 * @param madeId id of the container that they made, where they made one: another one with our labels, that somebody put
 *   in its place meanwhile, must not pass for it
 */
export function baselineAfterApply(
  resource: Resource<'Container'>,
  observed: Observed,
  ranSteps: readonly Step[],
  previous: Baseline | undefined,
  madeId: string | undefined,
): Baseline | undefined {
  const created = ranSteps.find(
    (step): step is Step<'CreateContainer'> => step.op === 'CreateContainer' && step.target === resource.key,
  );
  const container = observed.containers.find((candidate) =>
    created ? candidate.id === madeId && candidate.owner?.key === resource.key : candidate.id === previous?.containerId,
  );
  const image = container && (observed.images[resource.spec.image] ?? observed.images[container.imageId]);
  if (!container || !image || container.owner?.instance === undefined) return undefined;
  // Made for another spec than is wanted now: how it differs from this one is no fault of ours.
  if (created && container.owner.specHash !== resource.hash) return previous;

  const names = new Map(observed.containers.map((each) => [each.name, each]));
  const want = withSharedIds(effectiveFields(resource.spec, image.config, observed.engine), names);
  const addressed = created ? undefined : new Set(ranSteps.flatMap((step) => step.fields.map((field) => field.path)));
  const faults: Record<string, FieldValue> = created ? {} : { ...previous?.faults };
  for (const change of diffFields(want, comparable(withSharedIds(container.fields, names), want, false))) {
    if (addressed !== undefined && !addressed.has(change.path)) {
      if (change.path in faults) continue;
      // Something that these steps did not touch is off: not the state right after our apply, so nothing to trust.
      return previous;
    }
    faults[change.path] = change.want ?? null;
  }
  return {
    containerId: container.id,
    engineVersion: observed.engine.version,
    specHash: resource.hash,
    fields: container.fields,
    faults,
  };
}
