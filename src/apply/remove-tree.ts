import { readdir, readFile, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { inside, openChild } from './open-directory.ts';
import { StepError } from './step-error.ts';

/**
 * Removes a directory and all that is in it, without leaving it: symlinks are removed, not followed, also those that take
 * a directory's place while this runs; at a directory that something is mounted on it ends. Gone already is done.
 *
 * @param parent the open directory that it is in
 * @param path for messages
 * @throws StepError UNSAFE_PATH when it is itself no directory, or something is mounted in it; the file system's error
 */
export async function removeTree(parent: FileHandle, name: string, path: string): Promise<void> {
  const directory = await openChild(parent, name, path);
  if (directory === undefined) return;
  try {
    if ((await mountOf(directory)) !== (await mountOf(parent)))
      throw new StepError('UNSAFE_PATH', `${path} is a mount of something else: unmount it; nothing in it is removed.`);
    for (const entry of await readdir(inside(directory), { withFileTypes: true })) {
      if (entry.isDirectory()) await removeTree(directory, entry.name, `${path}/${entry.name}`);
      else await gone(unlink(inside(directory, entry.name)), `${path}/${entry.name}`);
    }
  } finally {
    await directory.close();
  }
  await gone(rmdir(inside(parent, name)), path);
}

/** Which mount an open directory lies in (proc(5)). Its device would not tell a directory of the same disk mounted here. */
async function mountOf(directory: FileHandle): Promise<string> {
  const text = await readFile(`/proc/self/fdinfo/${directory.fd}`, 'utf8');
  const mount = /^mnt_id:\s*(\d+)$/m.exec(text)?.[1];
  if (mount === undefined) throw new Error(`/proc/self/fdinfo/${directory.fd} names no mount`);
  return mount;
}

/** @param path said of a failure instead of a way through our own file descriptors */
async function gone(removal: Promise<void>, path: string): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw Object.assign(error as Error, { path });
  }
}
