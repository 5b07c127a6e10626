import { canonicalJson } from '../../model/canonical-json.ts';
import { diffFields } from '../../model/diff-fields.ts';
import type { FieldChange, Fields } from '../../model/fields.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { effectiveFields } from './effective-fields.ts';
import { sharedIds, withSharedIds } from './shared-namespaces.ts';

/**
 * How a container differs from what its spec means on this engine, by field.
 *
 * Where our own apply was seen to leave a field different (a fault recorded in the baseline), the value from right after
 * that apply is what is expected, for as long as the wish for that field stays the same: a mistake of ours must never
 * become a reason to replace a container again.
 */
export function fieldChanges(
  resource: Resource<'Container'>,
  container: ObservedContainer,
  context: PlanContext,
): readonly FieldChange[] {
  const { observed, memory } = context.input;
  const reference = observed.images[resource.spec.image];
  const image = reference ?? observed.images[container.imageId];
  const recorded = memory.baselines[resource.key];
  const baseline = recorded?.containerId === container.id ? recorded : undefined;
  const names = context.containersByName;
  const inputs = [resource.spec, reference, image, baseline, observed.engine.version, sharedIds(resource.spec, names)];
  return context.cache.remember(container, inputs, () => {
    const imageChanged = reference !== undefined && reference.id !== container.imageId;
    const changes: FieldChange[] = imageChanged
      ? [{ path: 'image', want: `${resource.spec.image} (${shortId(reference.id)})`, got: shortId(container.imageId) }]
      : [];
    // Without any image facts the merged fields cannot be known: only what the spec names is compared.
    const want = image
      ? withSharedIds(effectiveFields(resource.spec, image.config, observed.engine), names)
      : undefined;
    if (!want) return changes;
    const sameEngine = baseline?.engineVersion === observed.engine.version;
    const expected: Record<string, Fields[string]> = { ...want };
    for (const [path, wanted] of Object.entries(baseline?.faults ?? {})) {
      if (canonicalJson(want[path] ?? null) !== canonicalJson(wanted)) continue;
      const accepted = baseline?.fields[path];
      if (accepted === undefined) delete expected[path];
      else expected[path] = accepted;
    }
    if (baseline && sameEngine)
      for (const [path, value] of Object.entries(baseline.fields))
        if (path.startsWith('engine.')) expected[path] = value;
    return [
      ...changes,
      ...diffFields(expected, comparable(withSharedIds(container.fields, names), expected, sameEngine)),
    ];
  });
}

/** Drops what says nothing: engine members without a baseline, and log options that the daemon's own defaults added. */
export function comparable(fields: Fields, expected: Fields, withEngineMembers: boolean): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([path]) => {
      if (path.startsWith('engine.')) return withEngineMembers;
      if (path.startsWith('logging.options.') || path === 'mac_address') return path in expected;
      return true;
    }),
  );
}

function shortId(id: string): string {
  return id.replace('sha256:', '').slice(0, 12);
}
