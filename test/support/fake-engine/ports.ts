import { refuse } from './refusal.ts';
import { nameOf, type FakeContainer, type World } from './world.ts';

const FIRST_EPHEMERAL = 32_768;

/** Publishes the ports of a container that starts; refuses, as the engine does only now, one that is taken. */
export function publishPorts(world: World, container: FakeContainer): void {
  const { Config, HostConfig, NetworkSettings } = container.inspect;
  const connected = Object.entries(NetworkSettings.Networks).some(([name]) => name !== 'host' && name !== 'none');
  if (!connected) return;
  const ports: typeof NetworkSettings.Ports = {};
  for (const port of Object.keys(Config.ExposedPorts ?? {})) {
    const bindings = HostConfig.PortBindings?.[port] ?? [];
    if (bindings.length === 0) ports[port] = null;
    for (const { HostIp = '', HostPort = '' } of bindings) {
      const protocol = port.split('/')[1] ?? 'tcp';
      const number = HostPort === '' || HostPort === '0' ? freePort(world, protocol, ports) : Number(HostPort);
      if (isTaken(world, protocol, HostIp, number)) {
        const where = `${HostIp === '' ? '0.0.0.0' : HostIp}:${number}`;
        const endpoint = `${nameOf(container)} (${world.ids.next()})`;
        const detail = `Bind for ${where} failed: port is already allocated`;
        refuse(500, `driver failed programming external connectivity on endpoint ${endpoint}: ${detail}`);
      }
      const addresses = HostIp === '' ? ['0.0.0.0', '::'] : [HostIp];
      const live = addresses.map((address) => ({ HostIp: address, HostPort: String(number) }));
      ports[port] = [...(ports[port] ?? []), ...live];
    }
  }
  NetworkSettings.Ports = ports;
}

function isTaken(world: World, protocol: string, address: string, number: number): boolean {
  if (world.occupiedPorts.has(`${protocol}/${number}`)) return true;
  const everywhere = (ip: string): boolean => ip === '' || ip === '0.0.0.0' || ip === '::';
  return livePorts(world, protocol).some(
    (live) =>
      live.HostPort === String(number) && (everywhere(live.HostIp) || everywhere(address) || live.HostIp === address),
  );
}

function freePort(world: World, protocol: string, own: FakeContainer['inspect']['NetworkSettings']['Ports']): number {
  const mine = new Set(Object.values(own).flatMap((list) => (list ?? []).map((live) => live.HostPort)));
  for (let number = FIRST_EPHEMERAL; ; number++) {
    if (!mine.has(String(number)) && !isTaken(world, protocol, '', number)) return number;
  }
}

function livePorts(world: World, protocol: string): { HostIp: string; HostPort: string }[] {
  return [...world.containers.values()].flatMap(({ inspect }) =>
    Object.entries(inspect.NetworkSettings.Ports)
      .filter(([port]) => port.endsWith(`/${protocol}`))
      .flatMap(([, live]) => live ?? []),
  );
}
