import type { ContainerSpec } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';

/** Logging to driver and options as text; undefined when neither is set. */
export function readLogging(
  value: NonNullable<ContainerManifest['spec']['logging']>,
  field: Field,
): ContainerSpec['logging'] {
  const options = readOptions(value.options ?? {}, field.at('options'));
  if (value.driver === undefined && Object.keys(options).length === 0) return undefined;
  return { ...(value.driver === undefined ? {} : { driver: value.driver }), options };
}

/** Driver options to text, as written. */
export function readOptions(
  value: Readonly<Record<string, string | number | boolean>>,
  field: Field,
): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([name, option]) => [name, field.at(name).text(option)]));
}
