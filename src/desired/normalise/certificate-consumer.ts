import { isIP } from 'node:net';
import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import type { CertificateManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readAction } from './consumer-action.ts';
import { defined } from './defined.ts';
import { readMilliseconds } from './duration.ts';
import { isCovered, readAddress, readDnsName } from './subject-names.ts';

type Written = CertificateManifest['spec']['consumers'][number];
type Served = NonNullable<Written['served']>;

/**
 * Consumers of a certificate or a bundle, in the order written.
 *
 * @param names of the certificate, in the order written; none for a bundle, whose readers are not dialled
 */
export function readConsumers(
  entries: readonly Written[],
  names: readonly string[],
  field: Field,
): CertificateConsumer[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, position) => {
    const at = field.at(position);
    const consumer = readConsumer(entry, names, at);
    if (consumer === undefined) return [];
    const id = `${consumer.container ?? consumer.served?.address}:${consumer.served?.port ?? ''}`;
    if (seen.has(id)) at.error('names the same consumer as one before: keep one');
    seen.add(id);
    return consumer;
  });
}

function readConsumer(entry: Written, names: readonly string[], field: Field): CertificateConsumer | undefined {
  const { container, served } = entry;
  const action = readAction(entry, field);
  if (action === undefined) return undefined;
  if (container === '') return field.at('container').error('is empty: name a Container');
  if (container === undefined && action.type !== 'none')
    return field.at(action.type).error('tells a container, and none is named: add container, or leave this out');
  if (container === undefined && served?.address === undefined)
    return field.error('names nobody: add container, or served.address for a service that is none of ours');
  if (served === undefined) return defined({ container, action });
  return defined({ container, action, served: readServed(served, names, field.at('served')) });
}

function readServed(served: Served, names: readonly string[], field: Field): CertificateConsumer['served'] {
  const address = served.address === undefined ? undefined : readHost(served.address, field.at('address'));
  return defined({
    address,
    port: served.port,
    serverName: readServerName(served, names, field),
    within: readMilliseconds(served.within, field.at('within')) ?? 0,
  });
}

function readServerName(served: Served, names: readonly string[], field: Field): string {
  const at = field.at('serverName');
  if (served.serverName === undefined) {
    const name = names.find((each) => !each.startsWith('*'));
    if (name === undefined && names.length > 0)
      at.error('is missing, and every name has a *: say which name to ask for');
    if (names.length === 0)
      at.error('is missing: a certificate without names cannot be asked for, so leave served out');
    return name ?? '';
  }
  const name = readHost(served.serverName, at);
  if (name?.startsWith('*') === true) at.error('is asked for, so it cannot have a *: write a whole name');
  else if (name !== undefined && !isCovered(name, names))
    at.error(
      `is not among the names of the certificate (${names.join(', ') || 'none'}): add it there, or ask for another`,
    );
  return name ?? '';
}

function readHost(text: string, field: Field): string | undefined {
  if (/[/@]|^\[|^[^:]*:\d+$/.test(text))
    return field.error('is a name or an address only: no scheme, port or brackets');
  return isIP(text) === 0 ? readDnsName(text, field) : readAddress(text, field);
}
