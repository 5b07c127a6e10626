import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whose a file is to be; undefined: the process's own. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a new file and makes its content durable, not yet its name. @throws the file system's error */
export async function writeNew(path: string, content: Buffer | string, mode: number, owner: Owner): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file so that a reader, and a crash, finds the old or the new whole. @throws the file system's error */
export async function replaceFile(path: string, content: string, mode: number, owner: Owner): Promise<void> {
  const candidate = `${path}.part`;
  await rm(candidate, { force: true });
  await writeNew(candidate, content, mode, owner);
  await rename(candidate, path);
  await syncDirectory(dirname(path));
}
