import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Status of flock(1) when somebody else has the lock. */
const TAKEN = 75;

/**
 * A lock that only the owner of a directory and root can take: flock(2) on a file of that directory which nobody else may
 * open, so that nobody else can hold it. Node has no such call; flock(1) locks the open file that it gets from here, which
 * keeps the lock when that program ends. The kernel gives it back with the file, also at kill -9. The file stays: of one
 * that is removed, two processes may hold two.
 */
export class OwnersLock {
  /** Open for reading and writing; what its text says is the holder's affair. */
  readonly file: FileHandle;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  /** Does not take it yet. The file is made where it is missing, and belongs to the owner of the directory. */
  static async open(directory: string, name: string): Promise<OwnersLock> {
    const path = join(directory, name);
    const flags = constants.O_RDWR | constants.O_NOFOLLOW;
    try {
      return new OwnersLock(await open(path, flags));
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error;
    }
    await makeFile(directory, path);
    return new OwnersLock(await open(path, flags));
  }

  /**
   * Whether it is had now.
   *
   * @param wait milliseconds; 0 does not wait
   */
  async take(wait: number): Promise<boolean> {
    const how = wait === 0 ? ['--nonblock'] : ['--wait', String(wait / 1000)];
    const child = spawn('flock', ['--exclusive', '--conflict-exit-code', String(TAKEN), ...how, '3'], {
      stdio: ['ignore', 'ignore', 'ignore', this.file.fd],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }).catch((error: unknown) => {
      if (!isCode(error, 'ENOENT')) throw error;
      throw Object.assign(new Error('flock is not installed: nothing can be locked; install util-linux'), {
        code: 'FLOCK_MISSING',
      });
    });
    if (code === 0) return true;
    if (code === TAKEN) return false;
    throw new Error(`flock of util-linux ended with ${code ?? 'a signal'}: nothing can be locked`);
  }

  /** Gives it back, where it was had. */
  async close(): Promise<void> {
    await this.file.close();
  }
}

/** It has its owner from the moment on in which it has its name: root may be the first, and others come after. */
async function makeFile(directory: string, path: string): Promise<void> {
  const { uid, gid } = await stat(directory);
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'w', 0o600);
  try {
    // Of the open file, not of its name, behind which the directory's owner could put a symlink to a file of root.
    await file.chmod(0o600);
    if (process.geteuid?.() === 0) await file.chown(uid, gid);
    await link(draft, path);
  } catch (error) {
    // Somebody else was first.
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
