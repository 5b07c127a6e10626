import { lstat, readlink, stat } from 'node:fs/promises';
import { realHostFiles, type HostFiles } from '../host-files.ts';
import { isCode } from '../path-status.ts';
import type { MountWatch } from './mount-watch.ts';

/** As the real ones, with nothing on this thread. */
const patientFiles: HostFiles = {
  ...realHostFiles,
  async status(path, links) {
    try {
      return links === 'follow' ? await stat(path, { bigint: true }) : await lstat(path, { bigint: true });
    } catch (error) {
      // As `throwIfNoEntry: false` has it.
      if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
      throw error;
    }
  },
  readLink: (path) => readlink(path),
};

/** Files of which those on a silent file system are not touched: a call rejects with a SilentMountError. */
export function answeringFiles(mounts: MountWatch, near = realHostFiles, distant = patientFiles): HostFiles {
  return {
    status: (path, links) =>
      mounts.look(
        path,
        () => near.status(path, links),
        () => distant.status(path, links),
      ),
    read: (path, links, limit) =>
      mounts.look(
        path,
        () => near.read(path, links, limit),
        () => distant.read(path, links, limit),
      ),
    readLink: (path) =>
      mounts.look(
        path,
        () => near.readLink(path),
        () => distant.readLink(path),
      ),
    list: (path) =>
      mounts.look(
        path,
        () => near.list(path),
        () => distant.list(path),
      ),
  };
}
