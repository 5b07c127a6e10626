import type { VolumeSpec } from '../../model/specs.ts';
import type { VolumeManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { defined, unlessEmpty } from './defined.ts';
import { checkLocalOptions } from './local-volume.ts';
import { readOptions } from './logging.ts';
import { readLabels } from './name-values.ts';

/** A validated Volume manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseVolume(spec: VolumeManifest['spec'], field: Field): VolumeSpec {
  const normal = defined({
    driver: spec.driver,
    driver_opts: unlessEmpty(readOptions(spec.driver_opts ?? {}, field.at('driver_opts'))),
    labels: spec.labels === undefined ? undefined : unlessEmpty(readLabels(spec.labels, field.at('labels'))),
    external: spec.external,
    adopt: spec.adopt,
  });
  checkLocalOptions(normal, field.at('driver_opts'));
  return normal;
}
