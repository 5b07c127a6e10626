import type { ContainerCreateBody } from '../../../src/engine/wire.ts';
import { checkCreate } from './check-create.ts';
import { idleEndpoint } from './endpoints.ts';
import { storedHostConfig } from './host-config.ts';
import { mergedConfig } from './image-merge.ts';
import { mountPoints } from './mounts.ts';
import { refuse } from './refusal.ts';
import {
  containerEvent,
  timestamp,
  type FakeContainer,
  type FakeEndpoint,
  type FakeInspect,
  type World,
} from './world.ts';

/** `POST /containers/create`: checks, merges, makes volumes, stores. Returns the id. Nothing of networks is checked yet. */
export function createContainer(world: World, name: string, body: ContainerCreateBody): string {
  checkCreate(world, name, body);
  const image = world.images.find(body.Image ?? '') ?? refuse(404, `No such image: ${body.Image ?? ''}`);
  const id = world.ids.next();
  const config = mergedConfig(body, image.inspect.Config ?? {}, id);
  checkNameFree(world, name);
  const host = storedHostConfig(body.HostConfig, world);
  const networks: Record<string, FakeEndpoint> = {};
  const asked = Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {});
  for (const [network, endpoint] of asked) networks[network] = idleEndpoint(structuredClone(endpoint));
  const mode = host.NetworkMode === 'default' ? 'bridge' : (host.NetworkMode ?? 'bridge');
  if (asked.length === 0 && !mode.startsWith('container:')) networks[mode] = idleEndpoint();
  const inspect: FakeInspect = {
    Id: id,
    Created: timestamp(world),
    ...{ Path: (config.Entrypoint ?? config.Cmd ?? [])[0] ?? '', Driver: 'overlay2', Platform: 'linux' },
    State: {
      Status: 'created',
      Running: false,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: 0,
      ExitCode: 0,
      Error: '',
      StartedAt: '0001-01-01T00:00:00Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Image: image.inspect.Id,
    Name: `/${name}`,
    RestartCount: 0,
    HostConfig: host,
    Mounts: mountPoints(world, body, Object.keys(config.Volumes ?? {})),
    Config: config,
    NetworkSettings: { Ports: {}, Networks: networks },
  };
  const container: FakeContainer = {
    inspect,
    image,
    behaviour: {},
    starts: 0,
    manuallyStopped: false,
    restartDelay: 0,
    output: '',
    cancels: [],
    waiters: [],
  };
  world.containers.set(id, container);
  containerEvent(world, container, 'create');
  return id;
}

/** `POST /containers/{id}/rename`. */
export function renameContainer(world: World, container: FakeContainer, name: string): void {
  const { inspect } = container;
  if (inspect.Name === `/${name}`) refuse(400, 'Renaming a container with the same name as its current name');
  checkNameFree(world, name);
  const oldName = inspect.Name;
  inspect.Name = `/${name}`;
  containerEvent(world, container, 'rename', { oldName });
}

function checkNameFree(world: World, name: string): void {
  const holder = [...world.containers.values()].find(({ inspect }) => inspect.Name === `/${name}`);
  if (!holder) return;
  refuse(
    409,
    `Conflict. The container name "/${name}" is already in use by container "${holder.inspect.Id}". ` +
      'You have to remove (or rename) that container to be able to reuse that name.',
  );
}
