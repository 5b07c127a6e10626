import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError } from './step-error.ts';

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens a directory one component after the other, none through a symlink. What is then done below the handle (`inside`)
 * happens in this very directory, even if somebody who may write above it exchanges it meanwhile.
 *
 * @param path absolute
 * @returns to be closed by the caller; undefined when it does not exist
 * @throws StepError UNSAFE_PATH; the file system's error
 */
export async function openDirectory(path: string): Promise<FileHandle | undefined> {
  let handle: FileHandle | undefined = await open('/', FLAGS);
  for (const part of path.split('/').filter((name) => name !== '')) {
    const parent: FileHandle = handle;
    try {
      handle = await openChild(parent, part, path);
    } finally {
      await parent.close();
    }
    if (handle === undefined) return undefined;
  }
  return handle;
}

/**
 * Opens a directory in an open directory.
 *
 * @param path for messages
 * @returns undefined when it does not exist
 * @throws StepError UNSAFE_PATH for a symlink or what is no directory; the file system's error
 */
export async function openChild(parent: FileHandle, name: string, path: string): Promise<FileHandle | undefined> {
  try {
    return await open(inside(parent, name), FLAGS);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    throw new StepError('UNSAFE_PATH', `${path}: ${name} is a symlink or no directory; nothing below it is touched.`);
  }
}

/** Path of an entry of an open directory, which holds wherever that directory is moved to. */
export function inside(directory: FileHandle, ...names: readonly string[]): string {
  return join(`/proc/self/fd/${directory.fd}`, ...names);
}
