import type { FieldValue, Fields } from '../model/fields.ts';
import type { VolumeSpec } from '../model/specs.ts';

/**
 * A wanted volume as canonical fields (Compose's names). A field at the engine's default is absent.
 * `observe/volumes.ts` makes the observed side of the same form.
 */
export function volumeFields(spec: VolumeSpec): Fields {
  const fields: Record<string, FieldValue> = {};
  if (spec.driver !== 'local') fields['driver'] = spec.driver;
  for (const [name, value] of Object.entries(spec.driver_opts ?? {})) fields[`driver_opts.${name}`] = value;
  for (const [name, value] of Object.entries(spec.labels ?? {})) fields[`labels.${name}`] = value;
  return fields;
}
