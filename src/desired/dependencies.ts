import { posix } from 'node:path';
import { keyOf, type Key } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import type { FileSpec } from '../model/file-specs.ts';
import type { ContainerSpec } from '../model/specs.ts';
import type { DeclaredDependency } from './draft.ts';
import type { FieldPath } from './field.ts';
import { isWithin } from './normalise/host-path.ts';
import { ownedPaths } from './owned-paths.ts';

/** A resource that needs another one. */
export interface Need {
  readonly key: Key;
  /** Field that names it, for the finding when it is not there. */
  readonly path: FieldPath;
  /**
   * hard: it must exist and comes first. soft: comes first unless that would be a circle. named: must exist, no order.
   * serving: comes first if it exists, unless that would be a circle, whosever part it is.
   */
  readonly strength: 'hard' | 'soft' | 'named' | 'serving';
}

/** A host path that a resource puts something at. */
interface Place {
  readonly path: string;
  readonly key: Key;
}

type Subject = Pick<Resource, 'kind' | 'key' | 'spec'>;

/** Answers which resources have what another one names; made anew for each set of resources. */
export class ResourceIndex {
  readonly #imageByReference = new Map<string, Key>();
  readonly #directoryByPath = new Map<string, Key>();
  readonly #places: Place[] = [];
  readonly #certificates: Place[] = [];

  constructor(resources: readonly Subject[]) {
    for (const resource of resources as readonly Resource[]) {
      if (resource.kind === 'Image') this.#imageByReference.set(resource.spec.reference, resource.key);
      if (resource.kind === 'Directory') this.#directoryByPath.set(resource.spec.path, resource.key);
      if (resource.kind === 'Certificate')
        this.#certificates.push({ path: resource.spec.directory, key: resource.key });
      this.#places.push(...mountablePlaces(resource));
    }
  }

  /** The Image of a reference: the declared one, else the implicit one, which is named by the reference. */
  imageOf(reference: string): Key {
    return this.#imageByReference.get(reference) ?? keyOf('Image', reference);
  }

  /** The closest Directory that holds a path, the path itself left out. */
  directoryAbove(path: string): Key | undefined {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const key = this.#directoryByPath.get(path.slice(0, end));
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** What resources put at a path or below it. */
  placesWithin(path: string): readonly Place[] {
    return this.#places.filter((place) => isWithin(place.path, path));
  }

  /** The Certificate in whose directory a path lies. */
  certificateAround(path: string): Key | undefined {
    return this.#certificates.find((place) => isWithin(path, place.path))?.key;
  }
}

/** Host paths that a container may mount to read what a resource puts there. */
function mountablePlaces(resource: Resource): Place[] {
  const { key } = resource;
  switch (resource.kind) {
    case 'Directory':
    case 'File':
    case 'FilePatch':
    case 'Secret':
      return [{ path: resource.spec.path, key }];
    case 'Certificate':
      return [{ path: resource.spec.directory, key }];
    case 'CertificateAuthority': {
      const files = [resource.spec.certificate, resource.spec.bundle];
      return [...new Set([...files, ...files.map((file) => posix.dirname(file))])].map((path) => ({ path, key }));
    }
    default:
      return [];
  }
}

/** What a resource needs: declared by the manifest, and inferred from what its spec names. */
export function needsOf(subject: Subject, declared: readonly DeclaredDependency[], index: ResourceIndex): Need[] {
  const resource = subject as Resource;
  const needs: Need[] = declared.map((dependency) => ({ ...dependency, strength: 'hard' }));
  const hard = (key: Key | undefined, ...path: FieldPath): void => {
    if (key !== undefined && key !== resource.key) needs.push({ key, path: ['spec', ...path], strength: 'hard' });
  };
  if ('parts' in resource.spec) {
    for (const part of resource.spec.parts) hard(part);
    for (const key of resource.spec.servedBy ?? []) needs.push({ key, path: [], strength: 'serving' });
  }
  if (resource.kind === 'Container') needs.push(...containerNeeds(resource.spec, index));
  for (const { field, path } of ownedPaths(resource)) hard(index.directoryAbove(path), field);
  if (resource.kind === 'Certificate') hard(keyOf('CertificateAuthority', resource.spec.issuer), 'issuer');
  if (resource.kind === 'Certificate' || resource.kind === 'CertificateAuthority')
    needs.push(...consumerNeeds(resource.spec.consumers, 'consumers'));
  if (resource.kind === 'Backup') {
    hard(keyOf('Prometheus', resource.spec.prometheus), 'prometheus');
    // Without order: until it is its turn, the samples are saved without it.
    if (resource.spec.grafana !== undefined)
      needs.push({ key: keyOf('Grafana', resource.spec.grafana), path: ['spec', 'grafana'], strength: 'named' });
  }
  if (resource.kind === 'File' || resource.kind === 'FilePatch') needs.push(...fileNeeds(resource.spec, index));
  if (resource.kind === 'LogFile')
    needs.push({ key: keyOf('Container', resource.spec.container), path: ['spec', 'container'], strength: 'named' });
  return needs;
}

/** Those who are told of a change must be declared, and come in any order: they may depend on what they are told of. */
function consumerNeeds(consumers: readonly { readonly container?: string }[], field: string): Need[] {
  return consumers.flatMap(({ container }, position) =>
    container === undefined
      ? []
      : {
          key: keyOf('Container', container),
          path: ['spec', field, position, 'container'],
          strength: 'named' as const,
        },
  );
}

function containerNeeds(spec: ContainerSpec, index: ResourceIndex): Need[] {
  const needs: Need[] = [{ key: index.imageOf(spec.image), path: ['spec', 'image'], strength: 'hard' }];
  for (const name of Object.keys(spec.networks ?? {}))
    needs.push({ key: keyOf('Network', name), path: ['spec', 'networks', name], strength: 'hard' });
  if (spec.runAfter !== undefined)
    needs.push({ key: keyOf('Container', spec.runAfter), path: ['spec', 'runAfter'], strength: 'named' });
  for (const name of ['network_mode', 'ipc', 'pid'] as const) {
    const other = /^container:(.+)$/.exec(spec[name] ?? '')?.[1];
    if (other !== undefined) needs.push({ key: keyOf('Container', other), path: ['spec', name], strength: 'hard' });
  }
  for (const mount of spec.volumes ?? []) {
    const path = ['spec', 'volumes'];
    if (mount.source === undefined) continue;
    if (mount.type === 'volume') needs.push({ key: keyOf('Volume', mount.source), path, strength: 'hard' });
    if (mount.type !== 'bind') continue;
    needs.push(...mountNeeds(mount.source, path, index));
  }
  return needs;
}

/** What lies where a host path is mounted. */
function mountNeeds(source: string, path: FieldPath, index: ResourceIndex): Need[] {
  const needs: Need[] = [];
  const above = index.directoryAbove(source);
  if (above !== undefined) needs.push({ key: above, path, strength: 'hard' });
  const around = index.certificateAround(source);
  if (around !== undefined) needs.push({ key: around, path, strength: 'hard' });
  // What lies below a mounted directory may well come after the container: a dashboard behind a later gate, say.
  for (const found of index.placesWithin(source))
    needs.push({ key: found.key, path, strength: found.path === source ? 'hard' : 'soft' });
  return needs;
}

/** What the check of a file needs to run, and who is told of a change and asked about it. */
function fileNeeds({ check, onChange }: Pick<FileSpec, 'check' | 'onChange'>, index: ResourceIndex): Need[] {
  const needs: Need[] = [];
  if (check !== undefined)
    needs.push({ key: index.imageOf(check.image), path: ['spec', 'check', 'image'], strength: 'hard' });
  for (const { source } of check?.volumes ?? []) needs.push(...mountNeeds(source, ['spec', 'check', 'volumes'], index));
  const named = (authority: string | undefined, ...path: FieldPath): void => {
    if (authority !== undefined)
      needs.push({ key: keyOf('CertificateAuthority', authority), path: ['spec', ...path], strength: 'named' });
  };
  onChange.forEach(({ action, loaded }, position) => {
    const http = action.type === 'http' ? action.tls?.authority : undefined;
    named(http, 'onChange', position, 'http', 'tls', 'authority');
    named(loaded?.tls?.authority, 'onChange', position, 'loaded', 'tls', 'authority');
  });
  return [...needs, ...consumerNeeds(onChange, 'onChange')];
}
