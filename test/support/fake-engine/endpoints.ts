import type { EndpointSettings } from '../../../src/engine/wire.ts';
import { findNetwork, takenAddresses } from './networks.ts';
import { refuse } from './refusal.ts';
import { contains, formatAddress, parseAddress } from './subnets.ts';
import { nameOf, objectEvent, type FakeContainer, type FakeEndpoint, type FakeNetwork, type World } from './world.ts';

const SHARED =
  'container sharing network namespace with another container or host cannot be connected to any other network';
const PRIVATE = 'container cannot be connected to multiple networks with one of the networks in private (none) mode';

/** An endpoint that is asked for but not connected. */
export function idleEndpoint(asked: EndpointSettings = {}): FakeEndpoint {
  return {
    IPAMConfig: asked.IPAMConfig ?? null,
    ...{ Links: null },
    Aliases: asked.Aliases ?? null,
    NetworkID: '',
    EndpointID: '',
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    ...{ IPv6Gateway: '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0 },
    MacAddress: '',
    ...{ DriverOpts: null },
  };
}

/** Connects all endpoints of a container that starts: the one of its network mode first, all or none. */
export function connectAll(world: World, container: FakeContainer): void {
  const { HostConfig, NetworkSettings } = container.inspect;
  const mode = HostConfig.NetworkMode === 'default' ? 'bridge' : HostConfig.NetworkMode;
  const names = Object.keys(NetworkSettings.Networks).sort((a, b) => Number(b === mode) - Number(a === mode));
  try {
    for (const name of names) {
      const endpoint = NetworkSettings.Networks[name] ?? idleEndpoint();
      const wanted = endpoint.NetworkID === '' ? name : endpoint.NetworkID;
      const network = findNetwork(world, wanted) ?? refuse(404, `network ${wanted} not found`);
      join(world, container, network, endpoint);
    }
  } catch (error) {
    disconnectAll(world, container);
    throw error;
  }
}

/** Takes a container that ends off its networks; the endpoints stay as wishes, with the network's id. */
export function disconnectAll(world: World, container: FakeContainer): void {
  for (const endpoint of Object.values(container.inspect.NetworkSettings.Networks)) {
    if (endpoint.EndpointID === '') continue;
    const network = findNetwork(world, endpoint.NetworkID);
    leave(endpoint);
    if (network) networkEvent(world, network, 'disconnect', container);
  }
}

/** `docker network connect`. On a stopped container only the wish is stored, even for a network that is not there. */
export function connect(world: World, network: string, container: FakeContainer, asked: EndpointSettings): void {
  const { State, HostConfig, NetworkSettings } = container.inspect;
  const found = findNetwork(world, network);
  if (!found) {
    if (State.Running) refuse(404, `network ${network} not found`);
    NetworkSettings.Networks[network] = idleEndpoint(structuredClone(asked));
    return;
  }
  const { Name } = found.inspect;
  const shares = HostConfig.NetworkMode === 'host' || HostConfig.NetworkMode?.startsWith('container:');
  if (State.Running && shares) refuse(400, SHARED);
  const names = Object.keys(NetworkSettings.Networks).filter((name) => name !== Name);
  if (names.includes('none') || (Name === 'none' && names.length > 0)) refuse(400, PRIVATE);
  const endpoint = idleEndpoint(structuredClone(asked));
  checkEndpoint(found, endpoint);
  const existing = NetworkSettings.Networks[Name];
  if (State.Running) {
    if (existing && existing.EndpointID !== '') {
      refuse(403, `endpoint with name ${nameOf(container)} already exists in network ${Name}`);
    }
    NetworkSettings.Networks[Name] = endpoint;
    join(world, container, found, endpoint);
    return;
  }
  addShortId(container, found, endpoint);
  // An endpoint that refers to this very network is kept as it was, without a word.
  const duplicate = existing && findNetwork(world, existing.NetworkID === '' ? Name : existing.NetworkID) === found;
  if (!duplicate) NetworkSettings.Networks[Name] = endpoint;
}

/** `docker network disconnect --force`. Works by name for an endpoint whose network is gone. */
export function disconnect(world: World, network: string, container: FakeContainer): void {
  const found = findNetwork(world, network);
  const { Id, State, NetworkSettings } = container.inspect;
  const name = found?.inspect.Name ?? network;
  const endpoint = NetworkSettings.Networks[name];
  if (!State.Running || !found) {
    if (!endpoint) refuse(500, `container ${Id} is not connected to the network ${name}`);
    delete NetworkSettings.Networks[name];
    if (found) networkEvent(world, found, 'disconnect', container);
    return;
  }
  if (name === 'host') refuse(400, 'container cannot be disconnected from host network or connected to host network');
  if (!endpoint || endpoint.EndpointID === '') refuse(500, `container ${Id} is not connected to network ${name}`);
  delete NetworkSettings.Networks[name];
  networkEvent(world, found, 'disconnect', container);
  networkEvent(world, found, 'disconnect', container);
}

function join(world: World, container: FakeContainer, network: FakeNetwork, endpoint: FakeEndpoint): void {
  checkEndpoint(network, endpoint);
  addShortId(container, network, endpoint);
  if (network.pool) {
    const address = freeAddress(world, network, endpoint.IPAMConfig?.IPv4Address);
    endpoint.IPAddress = formatAddress(address);
    endpoint.IPPrefixLen = network.pool.prefix;
    endpoint.Gateway = formatAddress(network.pool.gateway);
    const tail = endpoint.IPAddress.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    endpoint.MacAddress = container.inspect.Config.MacAddress ?? `02:42:${tail.join(':')}`;
  }
  endpoint.NetworkID = network.inspect.Id;
  endpoint.EndpointID = world.ids.next();
  networkEvent(world, network, 'connect', container);
}

function leave(endpoint: FakeEndpoint): void {
  Object.assign(endpoint, { EndpointID: '', Gateway: '', IPAddress: '', IPPrefixLen: 0, MacAddress: '' });
}

function checkEndpoint(network: FakeNetwork, endpoint: FakeEndpoint): void {
  const userDefined = isUserDefined(network);
  if (!userDefined && (endpoint.Aliases ?? []).length > 0) {
    refuse(400, 'network-scoped alias is supported only for containers in user defined networks');
  }
  if (!endpoint.IPAMConfig?.IPv4Address) return;
  if (!userDefined) refuse(400, 'user specified IP address is supported on user defined networks only');
}

function addShortId(container: FakeContainer, network: FakeNetwork, endpoint: FakeEndpoint): void {
  if (!isUserDefined(network)) return;
  const shortId = container.inspect.Id.slice(0, 12);
  if (!endpoint.Aliases?.includes(shortId)) endpoint.Aliases = [...(endpoint.Aliases ?? []), shortId];
}

function freeAddress(world: World, network: FakeNetwork, asked: string | undefined): number {
  const pool = network.pool ?? refuse(500, 'no pool');
  const taken = new Set([...takenAddresses(world, network.inspect.Id), pool.gateway]);
  if (asked) {
    if (!network.explicit) {
      refuse(
        400,
        'user specified IP address is supported only when connecting to networks with user configured subnets',
      );
    }
    const address = parseAddress(asked);
    if (address === undefined || !contains(pool, address)) {
      refuse(500, `Invalid address ${asked}: It does not belong to any of this network's subnets`);
    }
    if (taken.has(address)) refuse(403, 'Address already in use');
    return address;
  }
  for (let address = pool.base + 1; contains(pool, address + 1); address++) if (!taken.has(address)) return address;
  return refuse(403, "no available IPv4 addresses on this network's address pools");
}

function isUserDefined({ inspect }: FakeNetwork): boolean {
  return inspect.Name !== 'bridge' && inspect.Name !== 'host' && inspect.Name !== 'none';
}

function networkEvent(world: World, network: FakeNetwork, action: string, container: FakeContainer): void {
  const { Id, Name, Driver } = network.inspect;
  objectEvent(world, 'network', action, Id, { container: container.inspect.Id, name: Name, type: Driver });
}
