import type { NetworkInspect } from '../engine/wire.ts';
import type { FieldValue, Fields } from '../model/fields.ts';
import { isOwnLabel, readOwnership } from '../model/labels.ts';
import type { ObservedNetwork } from '../model/observed.ts';
import { ipamPools } from '../plan/network-fields.ts';

/** The engine's network as observed; `fields` has the form of `plan/network-fields.ts`. */
export function observedNetwork(network: NetworkInspect): ObservedNetwork {
  const owner = readOwnership(network.Labels ?? {});
  return {
    id: network.Id,
    name: network.Name,
    ...(owner === undefined ? {} : { owner }),
    createdAt: Date.parse(network.Created) || 0,
    fields: fieldsOf(network),
  };
}

function fieldsOf(network: NetworkInspect): Fields {
  const fields: Record<string, FieldValue> = {};
  if (network.Driver !== 'bridge') fields['driver'] = network.Driver;
  if (network.Internal) fields['internal'] = true;
  if (network.Attachable) fields['attachable'] = true;
  if (network.EnableIPv6) fields['enable_ipv6'] = true;
  const { Driver, Config, Options } = network.IPAM;
  if (Driver !== '' && Driver !== 'default') fields['ipam.driver'] = Driver;
  const pools = (Config ?? []).map((pool) => ({
    subnet: pool.Subnet ?? '',
    ...(pool.Gateway === undefined ? {} : { gateway: pool.Gateway }),
    ...(pool.IPRange === undefined ? {} : { ip_range: pool.IPRange }),
    ...(pool.AuxiliaryAddresses ? { aux_addresses: pool.AuxiliaryAddresses } : {}),
  }));
  if (pools.length > 0) fields['ipam.config'] = ipamPools(pools);
  if (Object.keys(Options ?? {}).length > 0) fields['ipam.options'] = { ...Options };
  for (const [name, value] of Object.entries(network.Options ?? {})) fields[`driver_opts.${name}`] = value;
  for (const [name, value] of Object.entries(network.Labels ?? {})) {
    if (!isOwnLabel(name)) fields[`labels.${name}`] = value;
  }
  return fields;
}
