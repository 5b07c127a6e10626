import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { FieldPath } from '../field.ts';
import type { HostPlaces } from '../host-places.ts';
import { isWithin } from '../normalise/host-path.ts';
import { bindDevice } from '../normalise/local-volume.ts';

/** A mount whose source somebody could exchange for a symlink. */
export interface ExchangeableSource {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

/** A directory that a container can write in. */
export interface WritablePlace {
  readonly writer: Key;
  /** As it is named, and where it really lies. */
  readonly places: readonly [string, ...string[]];
}

/**
 * The engine looks a source up anew at every start, also at a restart that nobody asked for, and follows symlinks. What
 * lies below a directory that a container has mounted writable can be exchanged for a symlink to anything, the gates
 * among it, so nothing there may be mounted: not by others, and not once more by the container itself. The same
 * directory may be mounted by many, because nobody can exchange what he has mounted.
 */
export function findExchangeableSources(
  resources: readonly Pick<Resource, 'kind' | 'name' | 'key' | 'spec'>[],
  host: HostPlaces,
): ExchangeableSource[] {
  const all = resources as readonly Resource[];
  const writable = writablePlaces(all, host);
  if (writable.length === 0) return [];
  return all.flatMap((resource) =>
    sourcesOf(resource).flatMap(({ source, path }) => {
      const found = findWritableAround(source, writable, host);
      if (found === undefined) return [];
      const [place] = found.places;
      const message = `${source} lies in ${place}, where ${found.writer} may write and could exchange it for a symlink to anything of the host: mount ${place} itself, or a directory beside it`;
      return [{ key: resource.key, path, message }];
    }),
  );
}

/** What containers have mounted writable, also through a volume that is a directory of the host. */
export function writablePlaces(
  resources: readonly Pick<Resource, 'kind' | 'name' | 'key' | 'spec'>[],
  host: HostPlaces,
): WritablePlace[] {
  const all = resources as readonly Resource[];
  const devices = new Map(
    all.flatMap((resource) => {
      const device = resource.kind === 'Volume' ? bindDevice(resource.spec) : undefined;
      return device === undefined ? [] : [[resource.name, device] as const];
    }),
  );
  return all.flatMap((resource): WritablePlace[] =>
    resource.kind !== 'Container'
      ? []
      : (resource.spec.volumes ?? []).flatMap(({ type, source = '', read_only }) => {
          const path = type === 'bind' ? source : type === 'volume' ? devices.get(source) : undefined;
          return path === undefined || read_only ? [] : [{ writer: resource.key, places: namesOf(path, host) }];
        }),
  );
}

/** The place below which a path lies, by its name or really, so that who may write there could exchange it. */
export function findWritableAround(
  path: string,
  writable: readonly WritablePlace[],
  host: HostPlaces,
): WritablePlace | undefined {
  const names = namesOf(path, host);
  return writable.find(({ places }) =>
    places.some((place) => names.some((each) => each !== place && isWithin(each, place))),
  );
}

function namesOf(path: string, host: HostPlaces): [string, ...string[]] {
  const real = host.resolve(path);
  return real === path ? [path] : [path, real];
}

function sourcesOf(resource: Resource): { source: string; path: FieldPath }[] {
  switch (resource.kind) {
    case 'Volume': {
      const source = bindDevice(resource.spec);
      return source === undefined ? [] : [{ source, path: ['spec', 'driver_opts', 'device'] }];
    }
    case 'File':
    case 'FilePatch':
      return (resource.spec.check?.volumes ?? []).map(({ source }) => ({ source, path: ['spec', 'check', 'volumes'] }));
    case 'Container':
      return (resource.spec.volumes ?? []).flatMap(({ type, source }) =>
        type === 'bind' && source !== undefined ? { source, path: ['spec', 'volumes'] } : [],
      );
    default:
      return [];
  }
}
