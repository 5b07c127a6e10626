import { posix } from 'node:path';
import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { FieldPath } from '../field.ts';
import { isWithin } from '../normalise/host-path.ts';

/** A File, bundle or Certificate whose reader would go on reading the old content. */
export interface StaleMount {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

/**
 * A new content is renamed into place, which makes a new inode; a bind mount of the file itself keeps the old one until
 * the container starts again. A signal or a request would make such a container read the old content once more.
 */
export function findStaleMounts(resources: readonly Pick<Resource, 'kind' | 'name' | 'key' | 'spec'>[]): StaleMount[] {
  const all = resources as readonly Resource[];
  const mounted = new Map(
    all
      .filter((resource) => resource.kind === 'Container')
      .map(({ name, spec }) => [name, new Set((spec.volumes ?? []).map(({ source }) => source))]),
  );
  const files = all
    .filter((resource) => resource.kind === 'File' || resource.kind === 'FilePatch')
    .flatMap(({ key, spec }) =>
      spec.onChange.flatMap(({ container, action }, position) => {
        if (action.type === 'restart' || mounted.get(container)?.has(spec.path) !== true) return [];
        const message =
          `Container/${container} mounts ${spec.path} itself and would go on reading the old content: mount the ` +
          `directory that holds it, or use restart: true`;
        return { key, path: ['spec', 'onChange', position], message };
      }),
    );
  return [...files, ...all.flatMap((resource) => mountedFiles(resource, all))];
}

/** Mounts of single files of a Certificate, and of a bundle: they show one version for good, whoever reads them. */
function mountedFiles(container: Resource, all: readonly Resource[]): StaleMount[] {
  if (container.kind !== 'Container') return [];
  return (container.spec.volumes ?? []).flatMap(({ type, source }) => {
    if (type !== 'bind' || source === undefined) return [];
    const message = all.map((resource) => describeFile(source, resource)).find((text) => text !== undefined);
    return message === undefined ? [] : [{ key: container.key, path: ['spec', 'volumes'], message }];
  });
}

function describeFile(source: string, resource: Resource): string | undefined {
  if (resource.kind === 'CertificateAuthority' && source === resource.spec.bundle)
    return (
      `${source} is replaced by a rename when ${resource.key} changes, and a mount of the file keeps the old one: ` +
      `mount the directory that holds it, ${posix.dirname(source)}`
    );
  if (resource.kind !== 'Certificate') return undefined;
  const { directory, certificate, key } = resource.spec;
  const single = source === certificate || source === key || (source !== directory && isWithin(source, directory));
  if (!single) return undefined;
  return (
    `${source} is a symlink into the live version of ${resource.key}, which is exchanged by a rename, and a mount of it ` +
    `keeps the old one: mount the directory ${directory}`
  );
}
