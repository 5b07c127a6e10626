import { dirname } from 'node:path';
import type { CertificateFiles } from '../certs/files.ts';
import { StepError } from './step-error.ts';

/** Everybody walks through these; what is in them says who may read it. */
export const OPEN_DIRECTORY = 0o755;
/** For private keys. */
export const CLOSED_DIRECTORY = 0o700;

/**
 * Makes the directories above a path that are missing, and refuses those that are reached through a symlink: who owns
 * the link would decide where we write. What is there keeps its owner and mode.
 *
 * @param mode of the directory that the path lies in, if it is made; those above it are open
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function makeParents(files: CertificateFiles, path: string, mode: number): Promise<void> {
  const nearest = dirname(path);
  for (const directory of parentsOf(path)) {
    if (await isRealDirectory(files, directory, path)) continue;
    try {
      await files.makeDirectory(directory, directory === nearest ? mode : OPEN_DIRECTORY);
    } catch (error) {
      // Another step makes the same one right now.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    await files.sync(dirname(directory));
  }
}

/**
 * Refuses a path whose directories are missing or reached through a symlink.
 *
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function requireParents(files: CertificateFiles, path: string): Promise<void> {
  for (const directory of parentsOf(path)) {
    if (await isRealDirectory(files, directory, path)) continue;
    throw new StepError('UNSAFE_PATH', `${path}: ${directory} does not exist; declare it as a Directory, or make it.`);
  }
}

/** False when nothing is there. */
async function isRealDirectory(files: CertificateFiles, directory: string, path: string): Promise<boolean> {
  const status = await files.status(directory);
  if (status === undefined) return false;
  if (status.type === 'directory') return true;
  throw new StepError(
    'UNSAFE_PATH',
    status.type === 'symlink'
      ? `${path}: ${directory} is a symlink to ${await files.readLink(directory)}; write the real path in the manifest.`
      : `${path}: ${directory} is not a directory; move it away or choose another path.`,
  );
}

/** Directories above a path, outermost first, without the root itself. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory))
    parents.unshift(directory);
  return parents;
}
