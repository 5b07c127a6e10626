import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import { ReleaseError } from './errors.ts';

/** The right to change releases, until it is released. */
export interface ReleaseLock {
  release(): Promise<void>;
}

const POLL_MILLISECONDS = 50;

/**
 * Takes the one lock on a releases directory; whoever comes second waits. An abstract socket (unix(7)) named after the
 * directory's inode: taken atomically, and given back by the kernel also at kill -9, so there is no lock file to clear.
 *
 * @param wait milliseconds
 * @param onWait called once when somebody else has it
 * @throws ReleaseError LOCKED when the time is over
 */
export async function lockReleases(
  directory: string,
  clock: Clock,
  { wait, onWait }: { readonly wait: number; readonly onWait: () => void },
): Promise<ReleaseLock> {
  const { dev, ino } = await stat(directory);
  const digest = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
  const until = clock.now() + wait;
  let told = false;
  for (;;) {
    const server = await listen(`\0bastion-releases-${digest}`);
    if (server !== undefined) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    if (clock.now() >= until)
      throw new ReleaseError(
        'LOCKED',
        `another push or rollback has been under way for ${Math.round(wait / 1000)} s: nothing was changed, try again in a moment`,
      );
    if (!told) onWait();
    told = true;
    await new Promise<void>((resolve) => clock.after(POLL_MILLISECONDS, resolve));
  }
}

/** Undefined: somebody else has the name. */
async function listen(address: string): Promise<Server | undefined> {
  const server = createServer((connection) => connection.destroy());
  // The lock alone must not keep a process alive.
  server.unref();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
