import type { ContainerSummary } from '../../../src/engine/wire.ts';
import type { FakeContainer, World } from './world.ts';

/** A container as the list shows it: less than inspect, and never its aliases. */
export function summary(world: World, container: FakeContainer): ContainerSummary {
  const { Id, Name, Config, Created, HostConfig, Image, Mounts, NetworkSettings, State } = container.inspect;
  const reference = Config.Image ?? '';
  const networks = Object.entries(NetworkSettings.Networks).map(([name, endpoint]) => [
    name,
    { ...endpoint, Aliases: null },
  ]);
  return structuredClone({
    Id,
    Names: [Name],
    // A reference that names another image by now is shown as the image's id.
    Image: world.images.find(reference)?.inspect.Id === Image ? reference : Image,
    ImageID: Image,
    Created: Math.floor(Date.parse(Created) / 1000),
    Labels: Config.Labels ?? {},
    State: State.Status,
    Status: statusText(world, container),
    ...{ HostConfig: { NetworkMode: HostConfig.NetworkMode }, Mounts },
    NetworkSettings: { Networks: Object.fromEntries(networks) as Record<string, { NetworkID: string }> },
  });
}

/** e.g. `Up 3 seconds (healthy)`, as moby's State.String() writes it. */
function statusText(world: World, { inspect: { State } }: FakeContainer): string {
  const since = (text: string): string => duration(world.clock.now() - Date.parse(text));
  if (State.Restarting) return `Restarting (${State.ExitCode}) ${since(State.FinishedAt)} ago`;
  if (State.Paused) return `Up ${since(State.StartedAt)} (Paused)`;
  if (State.Running) {
    const health = State.Health?.Status;
    const word = health === undefined ? '' : health === 'starting' ? ' (health: starting)' : ` (${health})`;
    return `Up ${since(State.StartedAt)}${word}`;
  }
  if (State.StartedAt.startsWith('0001-')) return 'Created';
  return `Exited (${State.ExitCode}) ${since(State.FinishedAt)} ago`;
}

/** As docker/go-units writes durations. */
function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  if (hours === 1) return 'About an hour';
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
