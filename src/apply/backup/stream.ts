import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Bytes at a time: a block is gigabytes, and hashing one piece must not hold up the loop. */
const CHUNK = 256 * 1024;

/** What was read: its digest (sha256 hex) and its size in bytes. */
export interface Streamed {
  readonly digest: string;
  readonly size: number;
}

/** Reads a file and tells what is in it. @throws file system errors */
export async function digestFile(path: string): Promise<Streamed> {
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await pump(source, () => Promise.resolve());
  } finally {
    await source.close();
  }
}

/**
 * Copies a file to where nothing is, and makes it durable.
 *
 * @returns what was read; a file that grows meanwhile is read to where it ends then
 * @throws file system errors
 */
export async function copyDurably(from: string, to: string, mode: number): Promise<Streamed> {
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const target = await open(to, 'wx', mode);
    try {
      const streamed = await pump(source, (chunk) => writeAll(target, chunk));
      await target.sync();
      return streamed;
    } catch (error) {
      // A write by a handle does not say where: people must know which disk it is.
      throw Object.assign(error as Error, { path: (error as NodeJS.ErrnoException).path ?? to });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function pump(source: FileHandle, take: (chunk: Buffer) => Promise<void>): Promise<Streamed> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(CHUNK);
  let size = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, CHUNK, size);
    if (bytesRead === 0) return { digest: hash.digest('hex'), size };
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await take(chunk);
    size += bytesRead;
  }
}

async function writeAll(target: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await target.write(chunk, done)).bytesWritten;
}
