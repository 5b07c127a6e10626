import type { Key } from '../model/key.ts';
import type { Finding, Resource } from '../model/resource.ts';
import type { ContainerSpec } from '../model/specs.ts';
import { isAtLeast } from '../stack/image-version.ts';
import { isWithin } from './normalise/host-path.ts';

type Warning = Pick<Finding, 'rule' | 'field' | 'message'> & { readonly of: Resource };

/** Switches the interface on that makes snapshots, and deletes series. */
const ADMIN_FLAG = '--web.enable-admin-api';

/**
 * What is allowed and may still not be meant. Nothing is held back for it. Of what was rendered it is said at the resource
 * that it was rendered from.
 *
 * @param root prefix of host paths; empty for none
 */
export function houseWarnings(resources: readonly Resource[], root: string): Finding[] {
  const whole = root === '' ? '/' : root;
  return resources
    .flatMap((resource) =>
      resource.kind === 'Container'
        ? [...sharedOwners(resource, resources, whole), ...openAdministration(resource)]
        : [],
    )
    .map(({ of, ...warning }) => ({
      severity: 'warning' as const,
      source: of.source,
      key: of.renderedFrom ?? of.key,
      ...warning,
    }));
}

/** What lies where, and to whom it belongs. */
interface KeyPlace {
  readonly key: Key;
  readonly place: string;
  readonly owner: string;
  /** Containers that it is for; whoever mounts what is for nobody means it. */
  readonly isForOthers: boolean;
}

/**
 * A mount that shows the key of somebody else is no harm as long as permissions keep it closed, and those ask for the user
 * alone.
 */
function sharedOwners(container: Resource<'Container'>, all: readonly Resource[], root: string): Warning[] {
  const user = userOf(container.spec);
  const readable = keyPlaces(all, container.name).filter(
    ({ owner }) => owner === user || (user === '0' && mayPassPermissions(container.spec)),
  );
  return (container.spec.volumes ?? []).flatMap(({ type, source }) => {
    if (type !== 'bind' || source === undefined) return [];
    const seen = readable
      .filter(({ place, isForOthers }) => isWithin(place, source) && (isForOthers || source === root))
      .map(({ key }) => key);
    if (seen.length === 0) return [];
    const who = user === '0' ? 'as root' : `with the uid ${user}`;
    const message =
      `${source} shows the private key of ${seen.join(', ')}, and the container runs ${who}, who may read it: ` +
      'give it a user of its own, or mount less';
    return [{ of: container, rule: 'shared-key-owner', field: 'spec.volumes', message }];
  });
}

/** Private keys that are not this container's own. */
function keyPlaces(all: readonly Resource[], container: string): KeyPlace[] {
  return all.flatMap((resource): KeyPlace[] => {
    if (resource.kind === 'CertificateAuthority')
      return [{ key: resource.key, place: resource.spec.key, owner: '0', isForOthers: true }];
    if (resource.kind !== 'Certificate') return [];
    const { consumers, directory, owner } = resource.spec;
    const readers = consumers.flatMap((consumer) => consumer.container ?? []);
    if (readers.includes(container)) return [];
    return [{ key: resource.key, place: directory, owner: numbered(owner), isForOthers: readers.length > 0 }];
  });
}

/** Who runs in it, as far as the manifest tells; an image that names nobody runs as root, and most name nobody. */
function userOf({ user }: ContainerSpec): string {
  return numbered(user?.split(':')[0]);
}

function numbered(user: string | undefined): string {
  return user === undefined || user === '' || user === 'root' ? '0' : user;
}

/** Root without its capabilities is a user like any other. */
function mayPassPermissions({ cap_drop }: ContainerSpec): boolean {
  return cap_drop?.includes('ALL') !== true;
}

function openAdministration(container: Resource<'Container'>): Warning[] {
  const { command, image } = container.spec;
  if (command?.includes(ADMIN_FLAG) !== true || isAtLeast(image, 2, 45)) return [];
  const message =
    `${image} has its administrator's interface on, for a Backup, and limits only from 2.45 on by name who may use it: in the ` +
    'monitoring network every certificate of the house may delete series. Pin 2.45 or later';
  const field = container.renderedFrom === undefined ? 'spec.command' : 'spec.image';
  return [{ of: container, rule: 'open-administration', field, message }];
}
