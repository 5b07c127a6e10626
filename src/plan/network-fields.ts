import type { FieldValue, Fields } from '../model/fields.ts';
import type { NetworkSpec } from '../model/specs.ts';

type IpamConfig = NonNullable<NetworkSpec['ipam']>['config'][number];

/** One IPAM pool in canonical form: unset and empty members are absent. */
export function ipamPool(config: IpamConfig): FieldValue {
  const aux = Object.entries(config.aux_addresses ?? {});
  return {
    subnet: config.subnet,
    ...(config.gateway === undefined || config.gateway === '' ? {} : { gateway: config.gateway }),
    ...(config.ip_range === undefined || config.ip_range === '' ? {} : { ip_range: config.ip_range }),
    ...(aux.length === 0 ? {} : { aux_addresses: Object.fromEntries(aux) }),
  };
}

/** IPAM pools in canonical order: the engine does not promise one. */
export function ipamPools(configs: readonly IpamConfig[]): FieldValue {
  return [...configs].sort((a, b) => (a.subnet < b.subnet ? -1 : a.subnet > b.subnet ? 1 : 0)).map(ipamPool);
}

/**
 * A wanted network as canonical fields (Compose's names). A field at the engine's default is absent; `ipam.*` only where
 * the spec declares IPAM. `observe/networks.ts` makes the observed side of the same form.
 */
export function networkFields(spec: NetworkSpec): Fields {
  const fields: Record<string, FieldValue> = {};
  if (spec.driver !== 'bridge') fields['driver'] = spec.driver;
  if (spec.internal) fields['internal'] = true;
  if (spec.attachable) fields['attachable'] = true;
  if (spec.enable_ipv6) fields['enable_ipv6'] = true;
  const { ipam } = spec;
  if (ipam?.driver !== undefined && ipam.driver !== 'default') fields['ipam.driver'] = ipam.driver;
  if (ipam !== undefined && ipam.config.length > 0) fields['ipam.config'] = ipamPools(ipam.config);
  if (Object.keys(ipam?.options ?? {}).length > 0) fields['ipam.options'] = { ...ipam?.options };
  for (const [name, value] of Object.entries(spec.driver_opts ?? {})) fields[`driver_opts.${name}`] = value;
  for (const [name, value] of Object.entries(spec.labels ?? {})) fields[`labels.${name}`] = value;
  return fields;
}

/**
 * The observed fields that are to be compared with a spec: without `ipam.*` that the spec leaves to the engine (it
 * chooses a pool itself), and without the gateway of a pool whose gateway the spec leaves open (API 1.41 shows none,
 * later engines show the one that they chose).
 */
export function comparableNetworkFields(spec: NetworkSpec, observed: Fields): Fields {
  const declared = spec.ipam?.config ?? [];
  const kept = Object.entries(observed).filter(
    ([path]) =>
      !path.startsWith('ipam.') || (spec.ipam !== undefined && (path !== 'ipam.config' || declared.length > 0)),
  );
  return Object.fromEntries(
    kept.map(([path, value]) => [path, path === 'ipam.config' ? withoutOpenGateways(declared, value) : value]),
  );
}

function withoutOpenGateways(declared: readonly IpamConfig[], pools: FieldValue): FieldValue {
  if (!Array.isArray(pools)) return pools;
  const open = new Set(declared.filter((pool) => pool.gateway === undefined).map((pool) => pool.subnet));
  return pools.map((pool: FieldValue) => {
    if (
      pool === null ||
      typeof pool !== 'object' ||
      !('subnet' in pool) ||
      typeof pool.subnet !== 'string' ||
      !open.has(pool.subnet)
    )
      return pool;
    return Object.fromEntries(Object.entries(pool).filter(([name]) => name !== 'gateway'));
  });
}
