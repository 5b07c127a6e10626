import type { HealthcheckSpec } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readDuration } from './duration.ts';

type Healthcheck = NonNullable<ContainerManifest['spec']['healthcheck']>;

/** Health check to the engine's form; undefined when nothing is set. Zero means "as the image has it", so it is left out. */
export function readHealthcheck(value: Healthcheck, field: Field): HealthcheckSpec | undefined {
  if (value.disable === true) {
    if (value.test !== undefined) field.at('disable').error('cannot stand beside test: remove one');
    return { test: ['NONE'] };
  }
  const test = value.test === undefined ? undefined : readTest(value.test, field.at('test'));
  if (test?.[0] === 'NONE') return { test: ['NONE'] };
  const spec = {
    ...(test === undefined ? {} : { test }),
    ...readInterval(value, 'interval', field),
    ...readInterval(value, 'timeout', field),
    ...readInterval(value, 'start_period', field),
    ...(value.retries === undefined || value.retries === 0 ? {} : { retries: value.retries }),
  };
  return Object.keys(spec).length === 0 ? undefined : spec;
}

function readTest(value: string | readonly string[], field: Field): readonly string[] | undefined {
  if (typeof value === 'string') return value.trim() === '' ? field.error('is empty') : ['CMD-SHELL', value];
  const first = value[0];
  if (first === 'NONE') return ['NONE'];
  if (first !== 'CMD' && first !== 'CMD-SHELL') return field.error('must begin with CMD, CMD-SHELL or NONE');
  if (value.length < 2) return field.error(`names no command after ${first}`);
  if (first === 'CMD-SHELL' && value.length > 2)
    return field.error('has more than one text after CMD-SHELL: the shell would run the first only');
  return value;
}

function readInterval(
  value: Healthcheck,
  name: 'interval' | 'timeout' | 'start_period',
  field: Field,
): Partial<Record<typeof name, number>> {
  const text = value[name];
  if (text === undefined) return {};
  const nanoseconds = readDuration(text, field.at(name));
  if (nanoseconds === undefined || nanoseconds === 0) return {};
  if (nanoseconds < 1e6) field.at(name).error('is shorter than the engine takes: at least 1ms');
  return { [name]: nanoseconds };
}
