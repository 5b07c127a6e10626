import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { parentsOf } from './parents-of.ts';
import { StepError } from './step-error.ts';

/**
 * What is at a path, without following a symlink; undefined when nothing is.
 *
 * @throws the file system's error
 */
export async function statusAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Refuses a path whose existing directories are reached through a symlink: who owns the link would decide where we
 * write.
 *
 * @returns the missing directories above the path, outermost first
 * @throws StepError UNSAFE_PATH
 */
export async function requireRealParents(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (const directory of parentsOf(path)) {
    const status = await statusAt(directory);
    if (status === undefined) missing.push(directory);
    else if (status.isSymbolicLink()) {
      const target = await realpath(directory).catch(() => 'nowhere');
      throw new StepError(
        'UNSAFE_PATH',
        `${path}: ${directory} is a symlink to ${target}; write the real path in the manifest.`,
      );
    } else if (!status.isDirectory()) {
      throw new StepError(
        'UNSAFE_PATH',
        `${path}: ${directory} is not a directory; move it away or choose another path.`,
      );
    }
  }
  return missing;
}
