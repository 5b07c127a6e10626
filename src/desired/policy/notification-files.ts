import type { NotificationSpec } from '../../model/notification-spec.ts';
import type { Resource } from '../../model/resource.ts';
import type { BastionSpec } from '../../model/specs.ts';
import type { Problem } from '../field.ts';
import { HostPlaces, type SilenceAt } from '../host-places.ts';
import { isWithin } from '../normalise/host-path.ts';
import { findWritableAround, writablePlaces } from './exchangeable-source.ts';
import { checkHostPath, checkRealPath, type HostPathLook } from './host-path-rule.ts';
import { realReserved, RESERVED_PLACES } from './reserved-places.ts';

/** A file that a receiver of notifications names. */
interface NamedFile {
  readonly path: string;
  readonly at: readonly string[];
  /** It is sent to nobody, so it may be one of those that everybody reads. */
  readonly isPublic: boolean;
}

/** By what the files of notifications are judged. */
export interface NotificationFileLook {
  readonly bastion: Pick<BastionSpec, 'allowedRoots'>;
  /** Prefix of every host path; empty for none. */
  readonly root: string;
  /** Directories that no resource may write. */
  readonly reserved: readonly string[];
  /** Why a path must not be touched; absent: all may. */
  readonly silenceAt?: SilenceAt | undefined;
}

/**
 * The operator sends what is in these files to an address of whoever wrote the manifest, and may read more than any of
 * his containers: so they are held to the rules of mounts, where their symlinks lead, too.
 */
export function checkNotificationFiles(
  notifications: NotificationSpec | undefined,
  look: NotificationFileLook,
): Problem[] {
  const places = new HostPlaces(look.root, look.silenceAt);
  return namedFiles(notifications).flatMap(({ path, at, isPublic }): Problem[] => {
    const [outside] = checkHostPath(path, pathLook(look, places, isPublic), at);
    if (outside !== undefined)
      return [{ path: at, message: `${outside.message}: name another file`, rule: 'allowed-roots' }];
    const reserved = reservedAround(places.resolve(prefixed(path, look.root)), look, places);
    return reserved === undefined ? [] : [{ path: at, message: reserved, rule: RESERVED_PLACES }];
  });
}

/** What could be exchanged by a container of the desired state, which would so choose what is sent, and where to. */
export function findExchangeableFiles(
  notifications: NotificationSpec | undefined,
  resources: readonly Resource[],
  { root, silenceAt }: Pick<NotificationFileLook, 'root' | 'silenceAt'>,
): Problem[] {
  const files = namedFiles(notifications);
  if (files.length === 0) return [];
  const host = new HostPlaces(root, silenceAt);
  const writable = writablePlaces(resources, host);
  return files.flatMap(({ path, at }): Problem[] => {
    const found = findWritableAround(prefixed(path, root), writable, host);
    if (found === undefined) return [];
    const message = `${path} lies in ${found.places[0]}, where ${found.writer} may write and could exchange it: keep it where no container writes`;
    return [{ path: at, message, rule: 'exchangeable-source' }];
  });
}

/**
 * Why a file that was opened must not be used, for people; undefined when it may. Asked of the open file at each use,
 * because a symlink may have been put on its way since the manifest was judged.
 *
 * @param path as in the manifest
 * @param opened real path of the open file, with the prefix
 * @param isPublic as of an authority's certificate, which is sent to nobody
 */
export function openedFileProblem(
  path: string,
  opened: string,
  isPublic: boolean,
  look: NotificationFileLook,
): string | undefined {
  const places = new HostPlaces(look.root, look.silenceAt);
  const [outside] = checkRealPath(path, places.unprefixed(opened), pathLook(look, places, isPublic), []);
  return outside?.message ?? reservedAround(opened, look, places);
}

function namedFiles(notifications: NotificationSpec | undefined): NamedFile[] {
  return (notifications?.receivers ?? []).flatMap((receiver) => {
    if (receiver.type === 'command') return [];
    const { name, address, tokenFile, authorityFile } = receiver;
    const files = { urlFile: 'urlFile' in address ? address.urlFile : undefined, tokenFile, authorityFile };
    return Object.entries(files).flatMap(([field, path]) =>
      path === undefined
        ? []
        : [{ path, at: ['spec', 'notifications', 'receivers', name, field], isPublic: field === 'authorityFile' }],
    );
  });
}

function pathLook({ bastion }: NotificationFileLook, places: HostPlaces, isPublic: boolean): HostPathLook {
  return { bastion, places, isReadOnly: isPublic };
}

function reservedAround(real: string, { reserved }: NotificationFileLook, places: HostPlaces): string | undefined {
  const place = realReserved(reserved, places).find((each) => isWithin(real, each));
  return place === undefined
    ? undefined
    : `${place} belongs to the operator and its human and must not be read for a manifest`;
}

function prefixed(path: string, root: string): string {
  return root.replace(/\/+$/, '') + path;
}
