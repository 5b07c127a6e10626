import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupBlock } from '../../model/backup.ts';
import { TSDB } from '../../model/tsdb-names.ts';
import { entriesOf } from './store.ts';

/**
 * The blocks of samples in a directory, oldest first.
 *
 * @throws Error for one that does not say which time it is of; file system errors
 */
export async function readBlocks(directory: string): Promise<BackupBlock[]> {
  const blocks: BackupBlock[] = [];
  for (const ulid of (await entriesOf(directory)).filter((entry) => TSDB.block.test(entry))) {
    const path = join(directory, ulid, TSDB.meta);
    const { minTime, maxTime } = JSON.parse(await readFile(path, 'utf8')) as Partial<BackupBlock>;
    if (typeof minTime !== 'number' || typeof maxTime !== 'number') throw new Error(`${path} names no times`);
    blocks.push({ ulid, minTime, maxTime });
  }
  return blocks.sort((a, b) => a.minTime - b.minTime || (a.ulid < b.ulid ? -1 : 1));
}
