import { mkdir, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileErrorText } from '../apply/file-error-text.ts';
import { OwnersLock } from '../lock/owners-lock.ts';

/** Another operator works on the same state directory. */
export class InstanceLockError extends Error {
  override readonly name = 'InstanceLockError';
  readonly code = 'INSTANCE_LOCKED';
  /** What the other operator says of itself; undefined when that is not known. */
  readonly holder: string | undefined;

  constructor(stateDirectory: string, holder: string | undefined) {
    super(
      `another operator works on ${stateDirectory}: ${holder ?? `fuser ${stateDirectory}/${LOCK_NAME} says which`}; ` +
        `stop it first, or give this one a state directory of its own (--state)`,
    );
    this.holder = holder;
  }
}

export interface InstanceLock {
  release(): Promise<void>;
}

/** In the state directory. Its text says who has the lock; that the file is there says nothing. */
const LOCK_NAME = 'operator.lock';

/**
 * Takes the one lock on a state directory, or throws InstanceLockError with the other's pid. Only the directory's owner and
 * root can hold it, and the kernel gives it back, whatever ends the process. It reaches across containers and network
 * namespaces, and across machines where the file system does.
 */
export async function lockInstance(stateDirectory: string): Promise<InstanceLock> {
  const lock = await openLock(stateDirectory).catch((error: unknown) => {
    const text = fileErrorText(error);
    throw text === undefined ? error : Object.assign(new Error(text, { cause: error }), { code: 'STATE_DIRECTORY' });
  });
  try {
    if (!(await lock.take(0))) throw new InstanceLockError(stateDirectory, await readHolder(lock.file));
    await sayHolder(lock.file, `pid ${process.pid} on ${hostname()}\n`);
  } catch (error) {
    await lock.close();
    throw error;
  }
  return {
    async release() {
      try {
        await lock.file.truncate(0);
      } finally {
        await lock.close();
      }
    },
  };
}

async function openLock(stateDirectory: string): Promise<OwnersLock> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  return OwnersLock.open(stateDirectory, LOCK_NAME);
}

async function sayHolder(file: FileHandle, text: string): Promise<void> {
  try {
    // Overwritten first, as that needs no further space where an earlier operator has left its text.
    await file.write(text, 0);
    await file.truncate(Buffer.byteLength(text));
  } catch (error) {
    // The lock is had all the same, and an operator that watches over a full disk must be able to start.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  }
}

async function readHolder(file: FileHandle): Promise<string | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(400), 0, 400, 0);
  const text = buffer.toString('utf8', 0, bytesRead);
  const said = /^(pid (\d+) on (\S+))\n/.exec(text);
  // One that was killed has left its text, and its successor may not have written its own yet.
  if (said === null || (said[3] === hostname() && !isRunning(Number(said[2])))) return undefined;
  return said[1];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Whoever may not be signalled is there.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
