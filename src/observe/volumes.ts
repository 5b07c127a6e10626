import type { VolumeInspect } from '../engine/wire.ts';
import type { FieldValue } from '../model/fields.ts';
import { isOwnLabel, readOwnership } from '../model/labels.ts';
import type { ObservedVolume } from '../model/observed.ts';

/** The engine's volume as observed; `fields` has the form of `plan/volume-fields.ts`. */
export function observedVolume(volume: VolumeInspect): ObservedVolume {
  const fields: Record<string, FieldValue> = {};
  if (volume.Driver !== 'local') fields['driver'] = volume.Driver;
  for (const [name, value] of Object.entries(volume.Options ?? {})) fields[`driver_opts.${name}`] = value;
  for (const [name, value] of Object.entries(volume.Labels ?? {})) {
    if (!isOwnLabel(name)) fields[`labels.${name}`] = value;
  }
  const owner = readOwnership(volume.Labels ?? {});
  return {
    name: volume.Name,
    ...(owner === undefined ? {} : { owner }),
    createdAt: volume.CreatedAt ?? '',
    fields,
  };
}
