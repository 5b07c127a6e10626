import { dirname } from 'node:path';
import type { CertificateFiles, FileStatus } from '../certs/files.ts';
import { parentsOf } from './parents-of.ts';
import { StepError } from './step-error.ts';

/** Everybody walks through these; what is in them says who may read it. */
export const OPEN_DIRECTORY = 0o755;
/** For private keys. */
export const CLOSED_DIRECTORY = 0o700;

/**
 * Makes the directories above a path that are missing, and refuses those that are reached through a symlink: who owns
 * the link would decide where we write, and so would who may exchange what is in one of them. What is there keeps its
 * owner and mode.
 *
 * @param mode of the directory that the path lies in, if it is made; those above it are open
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function makeParents(files: CertificateFiles, path: string, mode: number): Promise<void> {
  const nearest = dirname(path);
  for (const directory of parentsOf(path)) {
    const status = await realDirectory(files, directory, path);
    if (status !== undefined) {
      requireTrusted(status, directory, path);
      continue;
    }
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
 * `makeParents` for a directory that only we may change.
 *
 * @throws StepError UNSAFE_PATH, also when the directory itself is somebody else's; file system errors
 */
export async function makeParentsOfOurs(files: CertificateFiles, directory: string): Promise<void> {
  await makeParents(files, directory, OPEN_DIRECTORY);
  const status = await files.status(directory);
  if (status?.type === 'directory') requireOwner(status, directory, directory);
}

/**
 * Refuses a path whose directories are missing or reached through a symlink.
 *
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function requireParents(files: CertificateFiles, path: string): Promise<void> {
  for (const directory of parentsOf(path)) {
    if ((await realDirectory(files, directory, path)) !== undefined) continue;
    throw new StepError('UNSAFE_PATH', `${path}: ${directory} does not exist; declare it as a Directory, or make it.`);
  }
}

const WRITABLE_BY_OTHERS = 0o022;
/** In such a directory nobody renames or removes what is another's. */
const STICKY = 0o1000;

function requireTrusted(status: FileStatus, directory: string, path: string): void {
  requireOwner(status, directory, path);
  if ((status.mode & WRITABLE_BY_OTHERS) === 0 || (status.mode & STICKY) !== 0) return;
  const who = (status.mode & 0o002) === 0 ? 'its group' : 'everybody';
  throw new StepError(
    'UNSAFE_PATH',
    `${path}: ${who} may write in ${directory} and could exchange what is there: chmod go-w ${directory}, or choose another path.`,
  );
}

function requireOwner({ uid }: FileStatus, directory: string, path: string): void {
  const own = process.getuid?.() ?? 0;
  if (uid === 0 || uid === own) return;
  throw new StepError(
    'UNSAFE_PATH',
    `${path}: ${directory} belongs to uid ${uid}, who could exchange what is there: chown ${own} ${directory}, or choose a path that no service owns (owner and group of the Certificate say who may read its key).`,
  );
}

/** Undefined when nothing is there. */
async function realDirectory(
  files: CertificateFiles,
  directory: string,
  path: string,
): Promise<FileStatus | undefined> {
  const status = await files.status(directory);
  if (status === undefined || status.type === 'directory') return status;
  throw new StepError(
    'UNSAFE_PATH',
    status.type === 'symlink'
      ? `${path}: ${directory} is a symlink to ${await files.readLink(directory)}; write the real path in the manifest.`
      : `${path}: ${directory} is not a directory; move it away or choose another path.`,
  );
}
