import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { FieldPath } from '../field.ts';
import type { HostPlaces } from '../host-places.ts';
import { isWithin } from '../normalise/host-path.ts';
import { bindDevice } from '../normalise/local-volume.ts';
import { FORBIDDEN_PLACES } from './forbidden-places.ts';

/** A mount or a build context that shows keys to those whose own they are not. */
export interface ForeignKeys {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

type Subject = Pick<Resource, 'kind' | 'name' | 'key' | 'spec'>;

/** What one resource keeps secret: where it lies, also by another name. */
interface KeyHolder {
  readonly key: Key;
  readonly places: readonly string[];
}

/**
 * Who holds an authority's key can be everybody, so no container may see one, and one mount shows the keys of one
 * Certificate at most; a check sees it by its directory only, and an image has none of them. A mount that holds a forbidden place is left to the rule allowed-roots: whoever may have that
 * has the host, keys and all.
 *
 * @param root prefix of host paths; empty for none
 * @param host where paths really lie, of paths that have the prefix
 */
export function findForeignKeys(resources: readonly Subject[], root: string, host: HostPlaces): ForeignKeys[] {
  const all = resources as readonly Resource[];
  /** Paths as they are written, and as they are with symlinks resolved. */
  const named = (...paths: string[]): string[] => [...new Set([...paths, ...paths.map((path) => host.resolve(path))])];
  const holdersOf = (kind: Resource['kind']): KeyHolder[] =>
    all
      .filter((resource) => resource.kind === kind)
      .map((resource) => ({ key: resource.key, places: named(...keyPlaces(resource)) }));
  const authorities = holdersOf('CertificateAuthority');
  const certificates = holdersOf('Certificate');
  const secrets = holdersOf('Secret');
  if (authorities.length + certificates.length + secrets.length === 0) return [];
  const directories = new Set(all.flatMap((each) => (each.kind === 'Certificate' ? [each.spec.directory] : [])));
  const prefix = root.replace(/\/+$/, '');
  return all.flatMap((resource) => {
    if (resource.kind === 'Image') {
      const context = resource.spec.build?.context;
      const kept = [...authorities, ...certificates, ...secrets];
      return context === undefined ? [] : keysInImage(resource.key, context, kept);
    }
    return mountedBy(resource).flatMap(({ source, path }) => {
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
      const only = shown.length === 1 && isCheck(resource) ? shown[0] : undefined;
      if (only !== undefined && !directories.has(source)) {
        const message = `${source} holds the private key of ${only}: show the check its directory, and nothing above it`;
        return [{ key: resource.key, path, message }];
      }
      if (shown.length < 2) return [];
      return [{ key: resource.key, path, message: `${source} holds the private keys of ${list(shown)}: ${advice}` }];
    });
  });
}

function keyPlaces(resource: Resource): string[] {
  if (resource.kind === 'CertificateAuthority') return [resource.spec.key];
  if (resource.kind === 'Certificate') return [resource.spec.directory, resource.spec.key];
  return resource.kind === 'Secret' ? [resource.spec.path] : [];
}

/** What is built into an image is there for all who have the image, for good: no key and no secret belongs there. */
function keysInImage(key: Key, context: string, kept: readonly KeyHolder[]): ForeignKeys[] {
  const found = kept.filter(({ places }) =>
    places.some((place) => isWithin(place, context) || isWithin(context, place)),
  );
  if (found.length === 0) return [];
  const names = list(found.map((holder) => holder.key));
  const message = `${context} holds what ${names} keep${found.length === 1 ? 's' : ''} secret, which would become part of the image: build from a directory without it`;
  return [{ key, path: ['spec', 'build', 'context'], message }];
}

function mountedBy(resource: Resource): { source: string; path: FieldPath }[] {
  if (resource.kind === 'Volume') {
    const source = bindDevice(resource.spec);
    return source === undefined ? [] : [{ source, path: ['spec', 'driver_opts', 'device'] }];
  }
  if (resource.kind === 'File' || resource.kind === 'FilePatch')
    return (resource.spec.check?.volumes ?? []).map(({ source }) => ({ source, path: ['spec', 'check', 'volumes'] }));
  if (resource.kind !== 'Container') return [];
  return (resource.spec.volumes ?? []).flatMap(({ type, source }) =>
    type === 'bind' && source !== undefined ? { source, path: ['spec', 'volumes'] } : [],
  );
}

/** What mounts something for the time of a check only, whatever image it runs. */
function isCheck({ kind }: Resource): boolean {
  return kind === 'File' || kind === 'FilePatch';
}

/** Directories of the Certificates that name the container as their consumer. */
function instead(resource: Resource, all: readonly Resource[]): string {
  const own = all
    .filter((resource) => resource.kind === 'Certificate')
    .filter(({ spec }) => spec.consumers.some(({ container }) => container === resource.name))
    .map(({ spec }) => spec.directory);
  if (own.length > 0 && resource.kind === 'Container') return own.sort().join(' and ');
  return `the directory of the ${isCheck(resource) ? 'service' : 'container'}'s own Certificate`;
}

function list(keys: readonly Key[]): string {
  const first = keys.slice(0, 3).join(', ');
  return keys.length > 3 ? `${first} and ${keys.length - 3} more` : first;
}
