import { readdir, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { inside, openChild } from './open-directory.ts';

/**
 * Removes a directory and all that is in it, without leaving it: symlinks are removed, not followed, also those that take
 * a directory's place while this runs. Gone already is done.
 *
 * @param parent the open directory that it is in
 * @param path for messages
 * @throws StepError UNSAFE_PATH when it is itself no directory; the file system's error
 */
export async function removeTree(parent: FileHandle, name: string, path: string): Promise<void> {
  const directory = await openChild(parent, name, path);
  if (directory === undefined) return;
  try {
    for (const entry of await readdir(inside(directory), { withFileTypes: true })) {
      if (entry.isDirectory()) await removeTree(directory, entry.name, `${path}/${entry.name}`);
      else await gone(unlink(inside(directory, entry.name)));
    }
  } finally {
    await directory.close();
  }
  await gone(rmdir(inside(parent, name)));
}

async function gone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
