import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from './atomic-file.ts';

const UNMANAGED = { uid: -1, gid: -1 };

/**
 * Keeps what was live before a write, readable by the operator only. Undefined (there was no file) forgets an older
 * copy: it was not what was live before.
 */
export async function keepLastGood(stateDirectory: string, path: string, content: Buffer | undefined): Promise<void> {
  const copy = lastGoodPath(stateDirectory, path);
  if (content === undefined) {
    await rm(copy, { force: true });
    return;
  }
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
  await writeAtomically(copy, content, UNMANAGED, 0o600);
}

/** What was live before the last write; undefined when nothing was. */
export async function readLastGood(stateDirectory: string, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(lastGoodPath(stateDirectory, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where the copy of a path is kept. */
export function lastGoodPath(stateDirectory: string, path: string): string {
  return join(stateDirectory, 'last-good', createHash('sha256').update(path).digest('hex'));
}
