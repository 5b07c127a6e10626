import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { ReadinessSpec } from '../../model/readiness-spec.ts';
import type { Field } from '../field.ts';
import { defined } from './defined.ts';

/** A validated `Container.spec.readiness` to its normal form. */
export function readReadiness(
  readiness: NonNullable<ContainerManifest['spec']['readiness']>,
  field: Field,
): ReadinessSpec {
  const { address, port, path, tls } = readiness;
  if (address !== undefined && !/^[0-9a-f.:]+$/i.test(address))
    field.at('address').error('is no IP address: the operator looks up no names');
  return defined({ address, port, path, tls });
}
