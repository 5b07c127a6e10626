import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { CertificateFiles, FileOwner } from './files.ts';
import { TakenError } from './taken-error.ts';

/**
 * Puts content at a path so that a reader sees the old or the new whole: written beside it, then renamed over it. What
 * a killed try left beside is replaced.
 *
 * @throws TakenError when something else than a file is there; the file system's error, and then the old content stays
 */
export async function replaceFile(
  files: CertificateFiles,
  path: string,
  content: Buffer,
  owner: FileOwner,
  mode: number,
): Promise<void> {
  const status = await files.status(path);
  if (status !== undefined && status.type !== 'file') {
    throw new TakenError(
      `${path} is a ${status.type === 'other' ? 'special file' : status.type} and is not replaced: move it away or choose another path.`,
    );
  }
  const beside = await writeBeside(files, path, content, owner, mode);
  try {
    await files.rename(beside, path);
  } catch (error) {
    await files.remove(beside).catch(() => undefined);
    throw error;
  }
  await files.sync(dirname(path));
}

/**
 * Puts content at a path where nothing is: written beside it, then linked into place. What is there, whatever it is,
 * stays as it is.
 *
 * @returns whether the content is there now; false: somebody was first
 * @throws the file system's error
 */
export async function placeFile(
  files: CertificateFiles,
  path: string,
  content: Buffer,
  owner: FileOwner,
  mode: number,
): Promise<boolean> {
  await removeIfThere(files, besidePath(path));
  if ((await files.status(path)) !== undefined) return false;
  const beside = await writeBeside(files, path, content, owner, mode);
  try {
    await files.link(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await files.remove(beside).catch(() => undefined);
  }
  await files.sync(dirname(path));
  return true;
}

/** Where a file is written before it goes live. Fixed, so that a leftover of a crash is found by its name. */
export function besidePath(path: string): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(dirname(path), `.bastion-${hash}.tmp`);
}

/** Removes a file or symlink that may be missing. */
export async function removeIfThere(files: CertificateFiles, path: string): Promise<void> {
  if ((await files.status(path)) !== undefined) await files.remove(path);
}

async function writeBeside(
  files: CertificateFiles,
  path: string,
  content: Buffer,
  owner: FileOwner,
  mode: number,
): Promise<string> {
  const beside = besidePath(path);
  await removeIfThere(files, beside);
  await files.create(beside, content, owner, mode);
  return beside;
}
