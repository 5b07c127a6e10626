import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeAtomically } from './atomic-file.ts';

const UNMANAGED = { uid: -1, gid: -1 };

/**
 * Keeps the first content of somebody else's file for good, readable by the operator only: whatever comes later, that one
 * stays.
 *
 * @throws the file system's error
 */
export async function keepOriginal(stateDirectory: string, path: string, content: Buffer): Promise<void> {
  const copy = originalPath(stateDirectory, path);
  const isKept = await readFile(copy).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (isKept) return;
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
  await writeAtomically(copy, content, UNMANAGED, 0o600);
}

/** Where the first content of a path is kept: named so that a person finds it. */
export function originalPath(stateDirectory: string, path: string): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(stateDirectory, 'originals', `${hash}-${basename(path)}`);
}
