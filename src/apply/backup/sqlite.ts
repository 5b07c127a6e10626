import { open } from 'node:fs/promises';

const MAGIC = 'SQLite format 3\0';
const HEADER = 100;

/**
 * What is wrong with a copy of an SQLite database, as far as its header and length tell
 * (https://www.sqlite.org/fileformat.html); undefined when nothing is. A write-ahead log beside it may hold the rest.
 *
 * @throws file system errors
 */
export async function sqliteProblem(path: string): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const header = Buffer.alloc(HEADER);
    const { bytesRead } = await file.read(header, 0, HEADER, 0);
    if (bytesRead === 0) return undefined; // All of it may be in the log still.
    if (bytesRead < HEADER || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'is no SQLite database';
    const { size } = await file.stat();
    const written = header.readUInt16BE(16);
    const pageSize = written === 1 ? 65_536 : written;
    // The number of pages counts only where the change counter says that whoever wrote it knew of it.
    const pages = header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0;
    return size < pages * pageSize ? `is cut off: it has ${size} bytes of ${pages * pageSize}` : undefined;
  } finally {
    await file.close();
  }
}
