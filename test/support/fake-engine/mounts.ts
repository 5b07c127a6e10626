import { posix } from 'node:path';
import type { ContainerCreateBody, ContainerInspect, VolumeInspect } from '../../../src/engine/wire.ts';
import { refuse } from './refusal.ts';
import { objectEvent, type World } from './world.ts';

type MountPoint = ContainerInspect['Mounts'][number] & { Driver?: string };

/** Where the engine says that its volumes lie. */
const VOLUMES = '/var/lib/docker/volumes';

/**
 * Mount points of a new container, making the volumes that they need: `HostConfig.Mounts` and `Binds`, then an
 * anonymous volume for every VOLUME of image or body that none of them covers.
 */
export function mountPoints(world: World, body: ContainerCreateBody, volumes: Iterable<string>): MountPoint[] {
  const points = new Map<string, MountPoint>();
  const add = (point: MountPoint): void => {
    if (points.has(point.Destination)) refuse(400, `Duplicate mount point: ${point.Destination}`);
    points.set(point.Destination, point);
  };
  for (const bind of body.HostConfig.Binds ?? []) add(bindPoint(world, bind));
  for (const mount of body.HostConfig.Mounts ?? []) {
    if (!mount.Target.startsWith('/')) {
      refuse(
        400,
        `invalid mount config for type "${mount.Type}": invalid mount path: '${mount.Target}' mount path must be absolute`,
      );
    }
    const destination = clean(mount.Target);
    const RW = mount.ReadOnly !== true;
    if (mount.Type === 'volume') add(volumePoint(world, mount.Source ?? '', destination, RW, mount.Source ? 'z' : ''));
    else if (mount.Type === 'tmpfs') {
      add({ Type: 'tmpfs', Source: '', Destination: destination, Mode: '', RW, Propagation: '' });
    } else {
      const source = mount.Source ?? '';
      if (!world.bindSourceExists(source)) {
        refuse(400, `invalid mount config for type "bind": bind source path does not exist: ${source}`);
      }
      const Propagation = mount.BindOptions?.Propagation ?? 'rprivate';
      add({ Type: 'bind', Source: clean(source), Destination: destination, Mode: '', RW, Propagation });
    }
  }
  for (const path of volumes) {
    if (!points.has(clean(path))) add(volumePoint(world, '', clean(path), true, ''));
  }
  return [...points.values()];
}

/** The volume of this name; made when it does not exist, with whatever was asked for first. */
export function ensureVolume(world: World, name: string, asked: Pick<VolumeInspect, 'Options' | 'Labels'>): void {
  if (!world.volumes.has(name)) {
    world.volumes.set(name, {
      Name: name,
      Driver: 'local',
      CreatedAt: `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`,
      Options: asked.Options ?? null,
      Labels: asked.Labels ?? null,
      Scope: 'local',
      ...{ Mountpoint: `${VOLUMES}/${name}/_data` },
    });
  }
  objectEvent(world, 'volume', 'create', name, { driver: 'local' });
}

/** Ids of the containers, running or not, that mount a volume. */
export function volumeUsers(world: World, name: string): string[] {
  return [...world.containers.values()]
    .filter(({ inspect }) => inspect.Mounts.some((mount) => mount.Name === name))
    .map(({ inspect }) => inspect.Id);
}

/** Removes a volume; refuses an unknown one and one that a container, even a stopped one, mounts. */
export function removeVolume(world: World, name: string): void {
  if (!world.volumes.has(name)) refuse(404, `get ${name}: no such volume`);
  const users = volumeUsers(world, name);
  if (users.length > 0) refuse(409, `remove ${name}: volume is in use - [${users.join(', ')}]`);
  world.volumes.delete(name);
  objectEvent(world, 'volume', 'destroy', name, { driver: 'local' });
}

function volumePoint(world: World, source: string, destination: string, RW: boolean, Mode: string): MountPoint {
  const name = source === '' ? world.ids.next() : source;
  ensureVolume(world, name, {});
  const Source = `${VOLUMES}/${name}/_data`;
  return { Type: 'volume', Name: name, Source, Destination: destination, Driver: 'local', Mode, RW, Propagation: '' };
}

function bindPoint(world: World, bind: string): MountPoint {
  const [source = '', target = '', mode = ''] = bind.split(':');
  const options = mode.split(',');
  const RW = !options.includes('ro');
  if (!source.startsWith('/')) return volumePoint(world, source, clean(target), RW, mode === '' ? 'z' : mode);
  const Propagation = options.find((option) => /^r?(shared|slave|private)$/.test(option)) ?? 'rprivate';
  return { Type: 'bind', Source: clean(source), Destination: clean(target), Mode: mode, RW, Propagation };
}

function clean(path: string): string {
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}
