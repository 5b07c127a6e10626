import { hostname } from 'node:os';
import type { ContainerInspect } from '../../src/engine/wire.ts';

/** What of an inspect answer says how the engine understood the body, without what differs from run to run. */
export function masked(inspect: ContainerInspect, names: { volume: string; network: string; image: string }): unknown {
  const { Config, HostConfig, Mounts, NetworkSettings, State } = inspect;
  const kept = {
    Config: { ...Config, Hostname: maskedHostname(Config.Hostname) },
    HostConfig,
    Mounts: [...Mounts].sort((a, b) => (a.Destination < b.Destination ? -1 : 1)),
    Ports: NetworkSettings.Ports,
    Networks: NetworkSettings.Networks,
    State,
  };
  const text = JSON.stringify(kept)
    .replaceAll(inspect.Id, '<id>')
    .replaceAll(inspect.Id.slice(0, 12), '<short id>')
    .replaceAll(names.volume, '<volume>')
    .replaceAll(names.network, '<network>')
    .replaceAll(names.image, '<image>')
    .replace(/"[^"]*\/volumes\//g, '"<volumes>/')
    .replace(/\b[0-9a-f]{64}\b/g, '<64 hex>');
  return JSON.parse(text);
}

function maskedHostname(name = ''): string {
  return name === hostname() || name === 'fake-host' ? '<host>' : name;
}
