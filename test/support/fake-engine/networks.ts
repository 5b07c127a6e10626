import type { NetworkCreateBody, NetworkInspect } from '../../../src/engine/wire.ts';
import { refuse } from './refusal.ts';
import { defaultPools, formatAddress, overlap, parseAddress, parseSubnet, type Subnet } from './subnets.ts';
import { objectEvent, timestamp, type FakeNetwork, type World } from './world.ts';

const DRIVERS = new Set(['bridge', 'macvlan', 'ipvlan', 'overlay', 'host', 'null']);
const PREDEFINED = new Set(['bridge', 'host', 'none']);

/** The networks that every engine has. */
export function addPredefinedNetworks(world: World): void {
  const base = { Internal: false, Attachable: false, EnableIPv6: false, Options: {}, Labels: {} };
  const none = { Driver: 'default', Options: null, Config: [] };
  addNetwork(world, 'bridge', { ...base, Driver: 'bridge' });
  addNetwork(world, 'host', { ...base, Driver: 'host', IPAM: none });
  addNetwork(world, 'none', { ...base, Driver: 'null', IPAM: none });
}

/** A network by id or exact name. */
export function findNetwork(world: World, idOrName: string): FakeNetwork | undefined {
  return world.networks.get(idOrName) ?? [...world.networks.values()].find(({ inspect }) => inspect.Name === idOrName);
}

/** Makes a network as a client does that sends CheckDuplicate. Returns its id. */
export function createNetwork(world: World, name: string, body: NetworkCreateBody): string {
  if (PREDEFINED.has(name)) refuse(403, `operation is not permitted on predefined ${name} network `);
  if (findNetwork(world, name)) refuse(409, `network with name ${name} already exists`);
  const driver = body.Driver || 'bridge';
  if (!DRIVERS.has(driver)) refuse(404, `plugin "${driver}" not found`);
  if (driver === 'host' || driver === 'null') refuse(403, `only one instance of "${driver}" network is allowed`);
  const network = addNetwork(world, name, body);
  objectEvent(world, 'network', 'create', network.inspect.Id, { name, type: network.inspect.Driver });
  return network.inspect.Id;
}

/** Removes a network; refuses while a running container is connected, but not while stopped ones refer to it. */
export function removeNetwork(world: World, idOrName: string): void {
  const network = findNetwork(world, idOrName) ?? refuse(404, `network ${idOrName} not found`);
  const { Id, Name, Driver } = network.inspect;
  if (PREDEFINED.has(Name)) refuse(403, `${Name} is a pre-defined network and cannot be removed`);
  if (takenAddresses(world, Id).length > 0) {
    refuse(403, `error while removing network: network ${Name} id ${Id} has active endpoints`);
  }
  world.networks.delete(Id);
  objectEvent(world, 'network', 'destroy', Id, { name: Name, type: Driver });
}

/** Addresses of the containers that are really connected. */
export function takenAddresses(world: World, networkId: string): number[] {
  return [...world.containers.values()].flatMap(({ inspect }) =>
    Object.values(inspect.NetworkSettings.Networks)
      .filter((endpoint) => endpoint.NetworkID === networkId && endpoint.EndpointID !== '')
      .map((endpoint) => parseAddress(endpoint.IPAddress) ?? 0),
  );
}

function addNetwork(world: World, name: string, body: NetworkCreateBody): FakeNetwork {
  const asked = body.IPAM?.Config?.filter((config) => config.Subnet) ?? [];
  const used = [...world.networks.values()].flatMap(({ pool }) => (pool ? [pool] : []));
  for (const { Subnet: text = '' } of asked) {
    if (!/^[\d.a-fA-F:]+\/\d+$/.test(text) || (!text.includes(':') && parseSubnet(text) === undefined)) {
      refuse(500, `Invalid subnet ${text} : invalid CIDR address: ${text}`);
    }
    const subnet = parseSubnet(text);
    if (subnet && used.some((other) => overlap(subnet, other))) {
      refuse(403, 'Pool overlaps with other one on this address space');
    }
  }
  const addressless = body.Driver === 'host' || body.Driver === 'null';
  const explicit = asked.map(({ Subnet: text }) => parseSubnet(text ?? '')).find((subnet) => subnet !== undefined);
  const subnet = addressless ? undefined : (explicit ?? freePool(used));
  const gateway = parseAddress(asked[0]?.Gateway ?? '') ?? (subnet?.base ?? 0) + 1;
  const chosen = subnet && { Subnet: formatSubnet(subnet), Gateway: formatAddress(gateway) };
  const config = explicit || addressless || !chosen ? asked : [...asked, chosen];
  const inspect: NetworkInspect = {
    Name: name,
    Id: world.ids.next(),
    Created: timestamp(world),
    ...{ Scope: 'local', Ingress: false, ConfigFrom: { Network: '' }, ConfigOnly: false, Containers: {} },
    Driver: body.Driver || 'bridge',
    EnableIPv6: body.EnableIPv6 ?? false,
    IPAM: {
      Driver: body.IPAM?.Driver || 'default',
      Options: body.IPAM?.Options ?? null,
      Config: config.map(withoutEmpty),
    },
    Internal: body.Internal ?? false,
    Attachable: body.Attachable ?? false,
    Options: body.Options ?? {},
    Labels: body.Labels ?? {},
  };
  const network: FakeNetwork = {
    inspect,
    explicit: explicit !== undefined,
    ...(subnet ? { pool: { ...subnet, gateway } } : {}),
  };
  world.networks.set(inspect.Id, network);
  return network;
}

function freePool(used: readonly Subnet[]): Subnet {
  for (const pool of defaultPools()) if (!used.some((other) => overlap(pool, other))) return pool;
  return refuse(
    404,
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  );
}

function formatSubnet({ base, prefix }: Subnet): string {
  return `${formatAddress(base)}/${prefix}`;
}

function withoutEmpty<T extends object>(config: T): T {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined && value !== '')) as T;
}
