import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, chown, link, open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ReleaseError, releaseFailure } from './errors.ts';

/** The right to change releases, until it is released. */
export interface ReleaseLock {
  release(): Promise<void>;
}

/** In the releases directory; nobody but the directory's owner and root may open it. */
export const LOCK_NAME = '.lock';

/** Status of flock(1) when somebody else has the lock. */
const TAKEN = 75;

/**
 * Takes the one lock on a releases directory; whoever comes second waits. It is flock(2) on a file that only those may open
 * who may change releases, so that nobody else can hold it. Node has no such call; flock(1) locks the open file that it
 * gets from here, which keeps the lock when that program ends. The kernel gives it back with the file, also at kill -9.
 *
 * @param wait milliseconds
 * @param onWait called once when somebody else has it
 * @throws ReleaseError LOCKED when the time is over
 */
export async function lockReleases(
  directory: string,
  { wait, onWait }: { readonly wait: number; readonly onWait: () => void },
): Promise<ReleaseLock> {
  const file = await openLock(directory);
  try {
    if (!(await flock(file, ['--nonblock']))) {
      onWait();
      if (!(await flock(file, ['--wait', String(wait / 1000)])))
        throw new ReleaseError(
          'LOCKED',
          `another push or rollback has been under way for ${Math.round(wait / 1000)} s: nothing was changed, try again in a moment`,
        );
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return { release: () => file.close() };
}

async function openLock(directory: string): Promise<FileHandle> {
  const path = join(directory, LOCK_NAME);
  const flags = constants.O_RDWR | constants.O_NOFOLLOW;
  try {
    return await open(path, flags);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
  await makeLock(directory, path).catch((error: unknown) => {
    throw releaseFailure(error, directory);
  });
  return open(path, flags);
}

/** It has its owner from the moment on in which it has its name: root may be the first, and others come after. */
async function makeLock(directory: string, path: string): Promise<void> {
  const { uid, gid } = await stat(directory);
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await chmod(draft, 0o600);
    if (process.geteuid?.() === 0) await chown(draft, uid, gid);
    await link(draft, path);
  } catch (error) {
    // Somebody else was first.
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
}

/** Whether it has the lock now. */
async function flock({ fd }: FileHandle, more: readonly string[]): Promise<boolean> {
  const child = spawn('flock', ['--exclusive', '--conflict-exit-code', String(TAKEN), ...more, '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code === 0) return true;
  if (code === TAKEN) return false;
  throw new Error(`flock of util-linux ended with ${code ?? 'a signal'}: the releases cannot be locked`);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
