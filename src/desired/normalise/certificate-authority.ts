import type { CertificateAuthoritySpec } from '../../model/certificate-specs.ts';
import type { Field } from '../field.ts';
import type { CertificateAuthorityManifest } from '../../model/manifest-types.ts';
import { readConsumers } from './certificate-consumer.ts';
import { readCommonName, readLifetime } from './certificate-fields.ts';
import { checkApart, readPlace } from './certificate-places.ts';
import type { NormaliseContext } from './context.ts';
import { defined } from './defined.ts';

/** A validated CertificateAuthority manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseAuthority(
  spec: CertificateAuthorityManifest['spec'],
  name: string,
  { pkiDirectory }: Pick<NormaliseContext, 'pkiDirectory'>,
  field: Field,
): CertificateAuthoritySpec {
  const places = {
    certificate: readPlace(spec.certificate, `${pkiDirectory}/certs/${name}.crt`, 'file', field.at('certificate')),
    key: readPlace(spec.key, `${pkiDirectory}/private/${name}.key`, 'file', field.at('key')),
    bundle: readPlace(spec.bundle, `${pkiDirectory}/certs/${name}-bundle.crt`, 'file', field.at('bundle')),
  };
  checkApart(places, field);
  // A key that is not in the schema is found before, and still there.
  const readers = spec.consumers.map(({ container, signal, restart, http }) =>
    defined({ container, signal, restart, http }),
  );
  return {
    ...places,
    create: spec.create,
    commonName: readCommonName(spec.commonName, name, field),
    duration: readLifetime(spec.duration, field.at('duration')) ?? 0,
    consumers: readConsumers(readers, [], field.at('consumers')),
  };
}
