import type { SilenceAt } from '../desired/host-places.ts';
import { MountWatch } from '../observe/mounts/mount-watch.ts';

/** Works with a watch on file systems that may not answer, and gives up afterwards what is asked of them. */
export async function withMountWatch<T>(work: (mounts: MountWatch) => Promise<T>): Promise<T> {
  const mounts = new MountWatch();
  try {
    return await work(mounts);
  } finally {
    mounts.close();
  }
}

/**
 * Reads something without touching a file system that does not answer.
 *
 * @param read may be called several times
 */
export function withAnsweringMounts<T>(read: (silenceAt: SilenceAt) => Promise<T>): Promise<T> {
  return withMountWatch((mounts) => mounts.readWith(read));
}
