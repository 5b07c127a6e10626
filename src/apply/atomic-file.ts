import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { applyOwnership, type OwnerIds } from './owner.ts';

/**
 * Puts content at a path so that a reader sees the old or the new whole, also after a power cut: written beside it,
 * made durable, given its owner and mode, and only then renamed. Whatever fails, the old content stays and the file
 * beside is removed; what a killed try left behind is replaced, since its name follows from the path.
 *
 * @throws the file system's error, e.g. ENOSPC
 */
export async function writeAtomically(path: string, content: Buffer, owner: OwnerIds, mode: number): Promise<void> {
  const temporary = temporaryPath(path);
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(content);
      await applyOwnership(handle, owner, mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Where a file is written before it goes live. Fixed, so that a leftover of a crash is found by its name. */
export function temporaryPath(path: string): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(dirname(path), `.bastion-${hash}.tmp`);
}

/** Makes new names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Opens a file or directory itself, never what a symlink points to, and never waits for a pipe. */
export function openItself(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}
