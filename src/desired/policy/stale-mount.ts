import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { FieldPath } from '../field.ts';

/** A File whose consumer would go on reading the old content. */
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
  return all
    .filter((resource) => resource.kind === 'File')
    .flatMap(({ key, spec }) =>
      spec.onChange.flatMap(({ container, action }, position) => {
        if (action.type === 'restart' || mounted.get(container)?.has(spec.path) !== true) return [];
        const message =
          `Container/${container} mounts ${spec.path} itself and would go on reading the old content: mount the ` +
          `directory that holds it, or use restart: true`;
        return { key, path: ['spec', 'onChange', position], message };
      }),
    );
}
