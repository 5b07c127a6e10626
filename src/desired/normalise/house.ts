import { isIP, isIPv4 } from 'node:net';
import type { BastionManifest } from '../../model/manifest-types.ts';
import { zonesOf } from '../../stack/zones.ts';
import type { Field } from '../field.ts';
import { isWithin, readAbsolutePath } from './host-path.ts';
import { readDnsName } from './subject-names.ts';

type Spec = BastionManifest['spec'];

/** The monitoring network needs its first address for this machine and some for its members. */
const LONGEST_PREFIX = 28;
const SHORTEST_PREFIX = 8;

/**
 * What the Bastion says for the monitoring stack, as renderers take it: checked here, because what is rendered of a
 * mistake would be wrong in many places, none of which a person wrote. `field` stands for `spec`.
 *
 * @param roots allowed roots that data must lie in; undefined: there is no high-level resource that has any
 */
export function readHouse(spec: Spec, roots: readonly string[] | undefined, field: Field): Spec {
  readDnsName(spec.domain, field.at('domain'));
  if (spec.address !== undefined && isIP(spec.address) === 0) field.at('address').error('is not an IP address');
  checkSubnet(spec.monitoringSubnet, field.at('monitoringSubnet'));
  for (const { path, message } of zonesOf({ bastion: spec, stack: { NetworkZone: [] } }).problems)
    field.at(...path.slice(1)).error(message);
  checkNames(spec.networks, field.at('networks'));
  const data = field.at('dataDirectory');
  const dataDirectory = readAbsolutePath(spec.dataDirectory, data) ?? spec.dataDirectory;
  if (roots?.some((root) => isWithin(dataDirectory, root)) === false)
    data.error(`lies outside the allowed roots (${roots.join(', ')}): move it, or add a root`);
  return { ...spec, dataDirectory };
}

function checkSubnet(text: string, field: Field): void {
  const [address = '', length = ''] = text.split('/');
  const prefix = /^\d{1,2}$/.test(length) ? Number(length) : 0;
  if (!isIPv4(address) || prefix < SHORTEST_PREFIX || prefix > LONGEST_PREFIX)
    return field.error(
      `is not an IPv4 subnet with a prefix of ${SHORTEST_PREFIX} to ${LONGEST_PREFIX}, such as 172.30.77.0/24`,
    );
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  if (bits % size !== 0)
    field.error(`does not begin at its first address: write ${dotted(bits - (bits % size))}/${prefix}`);
}

function dotted(bits: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}

/** Docker names, one a network. */
function checkNames(networks: Spec['networks'], field: Field): void {
  const seen = new Map<string, string>();
  for (const [which, name] of Object.entries(networks)) {
    const other = seen.get(name);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) field.at(which).error('is not a name that Docker takes');
    else if (other !== undefined) field.at(which).error(`is the name of the network ${other} too: choose another`);
    seen.set(name, which);
  }
}
