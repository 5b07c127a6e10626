import { isIP } from 'node:net';
import type { NetworkSpec } from '../../model/specs.ts';
import type { NetworkManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { defined, unlessEmpty } from './defined.ts';
import { readOptions } from './logging.ts';
import { readLabels } from './name-values.ts';

type Spec = NetworkManifest['spec'];

/** A validated Network manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseNetwork(spec: Spec, name: string, field: Field): NetworkSpec {
  if (['bridge', 'host', 'none', 'default'].includes(name))
    field.error(`${name} is a network of the engine itself: name another, or use network_mode on the container`);
  return defined({
    driver: spec.driver,
    driver_opts: unlessEmpty(readOptions(spec.driver_opts ?? {}, field.at('driver_opts'))),
    internal: spec.internal,
    attachable: spec.attachable,
    enable_ipv6: spec.enable_ipv6,
    ipam: spec.ipam === undefined ? undefined : readIpam(spec.ipam, field.at('ipam')),
    labels: spec.labels === undefined ? undefined : unlessEmpty(readLabels(spec.labels, field.at('labels'))),
    external: spec.external,
    adopt: spec.adopt,
  });
}

function readIpam(ipam: NonNullable<Spec['ipam']>, field: Field): NetworkSpec['ipam'] {
  const options = unlessEmpty(readOptions(ipam.options ?? {}, field.at('options')));
  const driver = ipam.driver === 'default' ? undefined : ipam.driver;
  if (driver === undefined && options === undefined && ipam.config.length === 0) return undefined;
  const config = ipam.config.map((range, position) => {
    const at = field.at('config', position);
    checkRange(range.subnet, at.at('subnet'));
    if (range.ip_range !== undefined) checkRange(range.ip_range, at.at('ip_range'));
    if (range.gateway !== undefined && isIP(range.gateway) === 0) at.at('gateway').error('is not an IP address');
    for (const [host, address] of Object.entries(range.aux_addresses ?? {}))
      if (isIP(address) === 0) at.at('aux_addresses', host).error('is not an IP address');
    return defined({
      subnet: range.subnet,
      gateway: range.gateway,
      ip_range: range.ip_range,
      aux_addresses: unlessEmpty(range.aux_addresses),
    });
  });
  return defined({ driver, options, config: config.sort((a, b) => (a.subnet < b.subnet ? -1 : 1)) });
}

function checkRange(text: string, field: Field): void {
  const [address = '', length = ''] = text.split('/');
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  if (family === 0 || !/^\d{1,3}$/.test(length) || Number(length) > longest)
    field.error('is not a subnet in CIDR form, such as 172.30.0.0/24');
}
