import { OwnersLock } from '../lock/owners-lock.ts';
import { ReleaseError, releaseFailure } from './errors.ts';

/** The right to change releases, until it is released. */
export interface ReleaseLock {
  release(): Promise<void>;
}

/** In the releases directory. */
export const LOCK_NAME = '.lock';

/**
 * Takes the one lock on a releases directory; whoever comes second waits.
 *
 * @param wait milliseconds
 * @param onWait called once when somebody else has it
 * @throws ReleaseError LOCKED when the time is over
 */
export async function lockReleases(
  directory: string,
  { wait, onWait }: { readonly wait: number; readonly onWait: () => void },
): Promise<ReleaseLock> {
  const lock = await OwnersLock.open(directory, LOCK_NAME).catch((error: unknown) => {
    throw releaseFailure(error, directory);
  });
  try {
    if (!(await lock.take(0))) {
      onWait();
      if (!(await lock.take(wait)))
        throw new ReleaseError(
          'LOCKED',
          `another push or rollback has been under way for ${Math.round(wait / 1000)} s: nothing was changed, try again in a moment`,
        );
    }
  } catch (error) {
    await lock.close();
    throw error;
  }
  return { release: () => lock.close() };
}
