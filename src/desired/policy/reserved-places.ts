import { basename, dirname, join } from 'node:path';
import type { Draft } from '../draft.ts';
import type { HostPlaces } from '../host-places.ts';
import { isWithin } from '../normalise/host-path.ts';
import { bindDevice } from '../normalise/local-volume.ts';
import { ownedPaths } from '../owned-paths.ts';
import { violation, type Violation } from './rule.ts';

/** Stable name of the rule in findings. No annotation opts out of it. */
export const RESERVED_PLACES = 'reserved-places';

/**
 * No resource may write where gates are opened or where the operator keeps its state: a manifest must never be able to
 * open a gate, neither by a File nor by a container that mounts the directory.
 *
 * @param draft with host paths prefixed
 * @param reserved absolute directories
 * @param host real paths, shared among the drafts of one reading
 */
export function checkReservedPlaces(draft: Draft, reserved: readonly string[], host: HostPlaces): Violation[] {
  const places = realReserved(reserved, host);
  const touching = (path: string): string | undefined => {
    const resolved = host.resolve(path);
    return places.find((place) => isWithin(resolved, place) || isWithin(place, resolved));
  };
  const inside = (path: string): string | undefined => {
    const resolved = host.resolve(path);
    return places.find((place) => isWithin(resolved, place));
  };
  if (draft.kind === 'Volume') {
    const device = bindDevice(draft.spec);
    return refuse(
      device === undefined ? undefined : touching(device),
      'be reached through a volume',
      'driver_opts',
      'device',
    );
  }
  if (draft.kind !== 'Container') {
    const owned = ownedPaths(draft).flatMap(({ field, path }) => {
      // All that lies in a Certificate's directory is its own, so it must not hold such a place either.
      const place = draft.kind === 'Certificate' && field === 'directory' ? touching(path) : inside(path);
      return refuse(place, 'be written by a manifest', field);
    });
    const check = draft.kind === 'File' || draft.kind === 'FilePatch' ? draft.spec.check : undefined;
    const seen = (check?.volumes ?? []).flatMap(({ source }) =>
      refuse(touching(source), 'be seen by a check', 'check', 'volumes'),
    );
    return [...owned, ...seen];
  }
  return (draft.spec.volumes ?? []).flatMap((mount) =>
    mount.type === 'bind' && mount.source !== undefined && !mount.read_only
      ? refuse(touching(mount.source), 'be mounted writable', 'volumes')
      : [],
  );
}

/** One that is a symlink is reserved as such, too: whoever exchanges it decides what it is. */
export function realReserved(reserved: readonly string[], host: HostPlaces): string[] {
  return reserved.flatMap((place) => [host.resolve(place), join(host.resolve(dirname(place)), basename(place))]);
}

function refuse(place: string | undefined, what: string, ...path: string[]): Violation[] {
  return place === undefined
    ? []
    : [violation(`${place} belongs to the operator and its human and must not ${what}`, 'spec', ...path)];
}
