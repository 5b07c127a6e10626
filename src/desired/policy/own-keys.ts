import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { FieldPath } from '../field.ts';
import { isWithin } from '../normalise/host-path.ts';
import { bindDevice } from '../normalise/local-volume.ts';
import { resolveExisting } from '../real-path.ts';
import { FORBIDDEN_PLACES } from './forbidden-places.ts';

/** A mount that shows a container keys which are none of its own. */
export interface ForeignKeys {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

type Subject = Pick<Resource, 'kind' | 'name' | 'key' | 'spec'>;

/** Private keys of one resource: where they lie, also by another name. */
interface KeyHolder {
  readonly key: Key;
  readonly places: readonly string[];
}

/**
 * Who holds an authority's key can be everybody, so no container may see one, and one mount shows the keys of one
 * Certificate at most. A mount that holds a forbidden place is left to the rule allowed-roots: whoever may have that
 * has the host, keys and all.
 *
 * @param root prefix of host paths; empty for none
 */
export function findForeignKeys(resources: readonly Subject[], root: string): ForeignKeys[] {
  const all = resources as readonly Resource[];
  const known = new Map<string, string>();
  /** Paths as they are written, and as they are with symlinks resolved. */
  const named = (...paths: string[]): string[] => [
    ...new Set([...paths, ...paths.map((path) => resolveExisting(path, known))]),
  ];
  const authorities = all
    .filter((resource) => resource.kind === 'CertificateAuthority')
    .map(({ key, spec }): KeyHolder => ({ key, places: named(spec.key) }));
  const certificates = all
    .filter((resource) => resource.kind === 'Certificate')
    .map(({ key, spec }): KeyHolder => ({ key, places: named(spec.directory, spec.key) }));
  if (authorities.length + certificates.length === 0) return [];
  const prefix = root.replace(/\/+$/, '');
  return all.flatMap((resource) =>
    mountedBy(resource).flatMap(({ source, path }) => {
      if (FORBIDDEN_PLACES.some((place) => isWithin(prefix + place, source.replace(/(?<=.)\/$/, '')))) return [];
      const sources = named(source);
      const holds = ({ places }: KeyHolder): boolean =>
        places.some((place) => sources.some((each) => isWithin(place, each)));
      const authority = authorities.find(holds);
      const shown = certificates.filter(holds).map(({ key }) => key);
      const advice = `mount ${instead(resource, all)} instead`;
      if (authority !== undefined) {
        const message = `${source} holds the private key of ${authority.key}, with which anybody can be impersonated: ${advice}`;
        return [{ key: resource.key, path, message }];
      }
      if (shown.length < 2) return [];
      return [{ key: resource.key, path, message: `${source} holds the private keys of ${list(shown)}: ${advice}` }];
    }),
  );
}

function mountedBy(resource: Resource): { source: string; path: FieldPath }[] {
  if (resource.kind === 'Volume') {
    const source = bindDevice(resource.spec);
    return source === undefined ? [] : [{ source, path: ['spec', 'driver_opts', 'device'] }];
  }
  if (resource.kind !== 'Container') return [];
  return (resource.spec.volumes ?? []).flatMap(({ type, source }) =>
    type === 'bind' && source !== undefined ? { source, path: ['spec', 'volumes'] } : [],
  );
}

/** Directories of the Certificates that name the container as their consumer. */
function instead({ name }: Resource, all: readonly Resource[]): string {
  const own = all
    .filter((resource) => resource.kind === 'Certificate')
    .filter(({ spec }) => spec.consumers.some(({ container }) => container === name))
    .map(({ spec }) => spec.directory);
  return own.length === 0 ? "the directory of the container's own Certificate" : own.sort().join(' and ');
}

function list(keys: readonly Key[]): string {
  const first = keys.slice(0, 3).join(', ');
  return keys.length > 3 ? `${first} and ${keys.length - 3} more` : first;
}
