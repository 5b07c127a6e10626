import { canonicalJson } from '../../model/canonical-json.ts';
import { isOwnLabel, ownLabels, readOwnership } from '../../model/labels.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';
import { StepError } from '../step-error.ts';

/**
 * Makes a volume, and looks afterwards: the engine returns an existing volume of this name silently, whatever its
 * driver, options and labels are.
 *
 * @throws StepError VOLUME_DIFFERS
 */
export async function createVolume(
  { name, spec, owner }: StepArguments['CreateVolume'],
  { engine }: StepContext,
): Promise<void> {
  const options = { ...spec.driver_opts };
  await engine.createVolume(name, {
    Driver: spec.driver,
    DriverOpts: options,
    Labels: { ...spec.labels, ...ownLabels(owner) },
  });
  const made = (await engine.listVolumes()).find((volume) => volume.Name === name);
  const labels = made?.Labels ?? {};
  const problems = [
    ...(made === undefined ? ['it is not there after it was made'] : []),
    ...(readOwnership(labels)?.instance === owner.instance && readOwnership(labels)?.key === owner.key
      ? []
      : ['it is not ours (no labels of this operator)']),
    ...(made?.Driver === spec.driver ? [] : [`its driver is ${made?.Driver}, wanted ${spec.driver}`]),
    ...(canonicalJson(made?.Options ?? {}) === canonicalJson(options) ? [] : ['its driver options are others']),
    ...(canonicalJson(foreign(labels)) === canonicalJson(spec.labels ?? {}) ? [] : ['its labels are others']),
  ];
  if (problems.length === 0) return;
  throw new StepError(
    'VOLUME_DIFFERS',
    `Volume ${name} existed already or came out differently: ${problems.join('; ')}. ` +
      'Choose another name, say `adopt: true`, or remove the volume by hand if its data is not needed.',
  );
}

function foreign(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !isOwnLabel(name)));
}
