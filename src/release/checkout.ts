import { chmod, chown, lchown, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { releaseFailure, ReleaseError } from './errors.ts';
import { syncDirectory, writeNew, type Owner } from './durable.ts';
import type { Git } from './git.ts';
import { TREE_LIMITS } from './refuse-tree.ts';
import type { TreeEntry } from './tree.ts';

/**
 * Contents of objects as git has them: no filter, attribute or line ending of anybody changes them, so that what runs is
 * what was signed.
 */
export async function readObjects(git: Git, objects: readonly string[]): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(objects)];
  const found = new Map<string, Buffer>();
  if (wanted.length === 0) return found;
  const bytes = await git.bytes(['cat-file', '--batch'], {
    input: `${wanted.join('\n')}\n`,
    limits: {
      // A line of at most 100 bytes goes before each.
      bytes: TREE_LIMITS.total + wanted.length * 100,
      tooLarge: `its files are larger than ${TREE_LIMITS.total >> 20} MiB together: put large things into images or volumes`,
    },
  });
  let at = 0;
  for (const object of wanted) {
    const end = bytes.indexOf('\n', at);
    const header = bytes.toString('latin1', at, end).split(' ');
    const size = Number(header[2]);
    if (end === -1 || header[0] !== object || header[1] !== 'blob' || !Number.isSafeInteger(size))
      throw new ReleaseError(
        'BROKEN_OBJECT',
        `git does not have the file ${object}: ${header.join(' ').slice(0, 200)}`,
      );
    found.set(object, bytes.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return found;
}

/**
 * Lays a commit out as a directory that is there whole or not at all: written beside, made durable, renamed. Everybody may
 * read it and only the owner may write.
 *
 * @param entries judged by `refuseTree`
 * @throws ReleaseError DISK_FULL; anything else of the file system as it is. Nothing is left behind.
 */
export async function checkOut(
  git: Git,
  entries: readonly TreeEntry[],
  directory: string,
  owner: Owner,
): Promise<void> {
  const contents = await readObjects(
    git,
    entries.map(({ object }) => object),
  );
  const part = `${directory}.part`;
  await rm(part, { recursive: true, force: true });
  try {
    const made = new Set<string>();
    const make = async (path: string): Promise<void> => {
      if (made.has(path)) return;
      if (path !== part) await make(dirname(path));
      made.add(path);
      await mkdir(path);
      await chmod(path, 0o755);
      if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    };
    await make(part);
    for (const { kind, object, path } of entries) {
      const place = join(part, path);
      await make(dirname(place));
      const content = contents.get(object) ?? Buffer.alloc(0);
      if (kind === 'symlink') {
        await symlink(content, place);
        if (owner !== undefined) await lchown(place, owner.uid, owner.gid);
      } else await writeNew(place, content, kind === 'executable' ? 0o755 : 0o644, owner);
    }
    // What lies deepest first, so that no name is durable before what it names.
    for (const each of [...made].reverse()) await syncDirectory(each);
    await rename(part, directory);
    await syncDirectory(dirname(directory));
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw releaseFailure(error, dirname(directory));
  }
}
