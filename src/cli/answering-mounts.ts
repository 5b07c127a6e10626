import type { SilenceAt } from '../desired/host-places.ts';
import { MountWatch } from '../observe/mounts/mount-watch.ts';

/** Asks which file systems answer, and reads something with that: one that does not must not be touched. */
export async function withAnsweringMounts<T>(
  read: (silenceAt: SilenceAt, mounts: MountWatch) => Promise<T>,
): Promise<T> {
  const mounts = new MountWatch();
  try {
    await mounts.refresh();
    return await read((path) => mounts.silenceAt(path), mounts);
  } finally {
    mounts.close();
  }
}
