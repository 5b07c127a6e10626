import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { FieldPath } from '../field.ts';
import { isWithin } from '../normalise/host-path.ts';

/** A Backup that a container could write in, or that would hold what it saves. */
export interface BackupWithinData {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

/**
 * A backup must outlive what it saves: no container may have the directory, one above it or one in it mounted writable.
 */
export function findBackupsWithinData(
  resources: readonly Pick<Resource, 'kind' | 'key' | 'spec'>[],
): BackupWithinData[] {
  const all = resources as readonly Resource[];
  const backups = all.filter((resource) => resource.kind === 'Backup');
  if (backups.length === 0) return [];
  const writable = all.flatMap((resource) =>
    resource.kind === 'Container'
      ? (resource.spec.volumes ?? []).flatMap(({ type, source, read_only }) =>
          type === 'bind' && source !== undefined && !read_only ? [{ key: resource.key, source }] : [],
        )
      : [],
  );
  return backups.flatMap(({ key, spec }) =>
    writable
      .filter(({ source }) => isWithin(spec.directory, source) || isWithin(source, spec.directory))
      .slice(0, 1)
      .map(({ key: writer, source }) => ({
        key,
        path: ['spec', 'directory'],
        message: `${spec.directory} would lie where ${writer} may write (${source}): a backup must outlive what it saves, so choose another directory`,
      })),
  );
}
