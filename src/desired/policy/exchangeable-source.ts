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
interface Writable {
  readonly writer: Key;
  readonly places: readonly string[];
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
  const named = (path: string): string[] => [...new Set([path, host.resolve(path)])];
  const devices = new Map(
    all.flatMap((resource) => {
      const device = resource.kind === 'Volume' ? bindDevice(resource.spec) : undefined;
      return device === undefined ? [] : [[resource.name, device] as const];
    }),
  );
  const writable = all.flatMap((resource): Writable[] =>
    resource.kind !== 'Container'
      ? []
      : (resource.spec.volumes ?? []).flatMap(({ type, source = '', read_only }) => {
          const path = type === 'bind' ? source : type === 'volume' ? devices.get(source) : undefined;
          return path === undefined || read_only ? [] : [{ writer: resource.key, places: named(path) }];
        }),
  );
  if (writable.length === 0) return [];
  return all.flatMap((resource) =>
    sourcesOf(resource).flatMap(({ source, path }) => {
      const sources = named(source);
      const found = writable.find(({ places }) =>
        places.some((place) => sources.some((each) => each !== place && isWithin(each, place))),
      );
      if (found === undefined) return [];
      const message = `${source} lies in ${found.places[0] ?? ''}, where ${found.writer} may write and could exchange it for a symlink to anything of the host: mount ${found.places[0] ?? ''} itself, or a directory beside it`;
      return [{ key: resource.key, path, message }];
    }),
  );
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
