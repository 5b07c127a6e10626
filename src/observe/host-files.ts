import { constants, lstatSync, readlinkSync, statSync, type BigIntStats } from 'node:fs';
import { open, readdir } from 'node:fs/promises';

/** Whether a symlink at the end of a path is followed, or is itself what is looked at. */
export type Links = 'follow' | 'keep';

/** How certificates are looked at on this host; a test counts these calls. All reject with the file system's error. */
export interface HostFiles {
  /** Undefined when there is nothing. */
  status(path: string, links: Links): Promise<BigIntStats | undefined>;
  /** At most so many bytes of a regular file. */
  read(path: string, links: Links, limit: number): Promise<Buffer>;
  readLink(path: string): Promise<string>;
  /** Names in a directory. */
  list(path: string): Promise<string[]>;
}

/**
 * What is asked of every file in every look is asked on this thread: the kernel has it in memory and answers in a
 * fraction of the time that it takes to ask by another thread.
 */
export const realHostFiles: HostFiles = {
  async status(path, links) {
    const options = { bigint: true, throwIfNoEntry: false } as const;
    return links === 'follow' ? statSync(path, options) : lstatSync(path, options);
  },
  async read(path, links, limit) {
    // Never waits for a pipe that took the file's place since its status was read.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | (links === 'keep' ? constants.O_NOFOLLOW : 0);
    const handle = await open(path, flags);
    const content = Buffer.alloc(limit);
    try {
      let length = 0;
      while (length < limit) {
        const { bytesRead } = await handle.read(content, length, limit - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return content.subarray(0, length);
    } finally {
      await handle.close();
    }
  },
  async readLink(path) {
    return readlinkSync(path);
  },
  list: (path) => readdir(path),
};
