import type { CertificateSpec } from '../../model/certificate-specs.ts';
import type { Field } from '../field.ts';
import type { CertificateManifest } from '../../model/manifest-types.ts';
import { readConsumers } from './certificate-consumer.ts';
import { LIFETIMES, readCommonName, readLifetime } from './certificate-fields.ts';
import { checkApart, readPlace } from './certificate-places.ts';
import type { NormaliseContext } from './context.ts';
import { defined } from './defined.ts';
import { readAccount } from './directory.ts';
import { readMilliseconds } from './duration.ts';
import { readPrivateMode } from './file-mode.ts';
import { readAddress, readDnsName, readEach } from './subject-names.ts';

type Spec = CertificateManifest['spec'];

/** A validated Certificate manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseCertificate(
  spec: Spec,
  name: string,
  context: Pick<NormaliseContext, 'pkiDirectory'>,
  field: Field,
): CertificateSpec {
  const dnsNames = readEach(spec.dnsNames, readDnsName, field.at('dnsNames'));
  const ipAddresses = readEach(spec.ipAddresses, readAddress, field.at('ipAddresses'));
  const usages = readEach(spec.usages, (usage) => usage, field.at('usages')) as CertificateSpec['usages'];
  if (usages.includes('serverAuth') && spec.dnsNames.length + spec.ipAddresses.length === 0)
    field.error(
      'has no name that a client could check: add dnsNames or ipAddresses, or leave serverAuth out of usages',
    );
  return defined({
    issuer: spec.issuer,
    ...readPlaces(spec, name, context.pkiDirectory, field),
    commonName: readCommonName(spec.commonName, name, field),
    dnsNames: dnsNames.toSorted(),
    ipAddresses: ipAddresses.toSorted(),
    usages: usages.toSorted(),
    ...readTimes(spec, field),
    keyAlgorithm: spec.keyAlgorithm,
    owner: readAccount(spec.owner, field.at('owner')),
    group: readAccount(spec.group, field.at('group')),
    mode: readPrivateMode(spec.mode, 'the key', field.at('mode')) ?? 0,
    consumers: readConsumers(spec.consumers, [...dnsNames, ...ipAddresses], field.at('consumers')),
    adopt: spec.adopt,
  });
}

function readPlaces(spec: Spec, name: string, pki: string, field: Field) {
  const directory = readPlace(spec.directory, `${pki}/live/${name}`, 'directory', field.at('directory'));
  const files = {
    certificate: readPlace(spec.certificate, `${pki}/certs/${name}.crt`, 'file', field.at('certificate')),
    key: readPlace(spec.key, `${pki}/private/${name}.key`, 'file', field.at('key')),
    request: readPlace(spec.request, `${pki}/certs/${name}.csr`, 'file', field.at('request')),
    signed: readPlace(spec.signed, `${pki}/certs/${name}.signed.crt`, 'file', field.at('signed')),
  };
  checkApart({ directory, ...files }, field);
  return { directory, ...files };
}

function readTimes(spec: Spec, field: Field): Pick<CertificateSpec, 'duration' | 'renewBefore'> {
  const duration = readLifetime(spec.duration, field.at('duration'));
  const renewBefore = readMilliseconds(spec.renewBefore, field.at('renewBefore'), LIFETIMES.longestDays);
  if (duration !== undefined && duration > LIFETIMES.acceptedDays * 86_400_000)
    field
      .at('duration')
      .warning(`is longer than ${LIFETIMES.acceptedDays} days, which some clients refuse`, 'long-lived-certificate');
  if (duration !== undefined && renewBefore !== undefined && renewBefore >= duration)
    field.at('renewBefore').error('must be shorter than duration: it would be renewed all the time');
  return { duration: duration ?? 0, renewBefore: renewBefore ?? 0 };
}
