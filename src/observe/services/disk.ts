import type { Dirent } from 'node:fs';
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObservedBlock, ObservedDisk } from '../../model/observed-services.ts';
import { blockMaxTime, byAge, TSDB } from '../../model/tsdb-names.ts';
import { realHostFiles } from '../host-files.ts';

const MOST_SNAPSHOTS = 100;
const MOST_BLOCKS = 1000;

/** Looks at the data directory of a Prometheus. A block never changes, so each is read once. */
export class DiskReader {
  #blocks = new Map<string, ObservedBlock>();

  /**
   * @param now milliseconds since the epoch
   * @throws the file system's error when the directory is not there or cannot be read
   */
  async read(directory: string, now: number): Promise<ObservedDisk> {
    const { bsize, blocks, bavail } = await statfs(directory);
    const [data, snapshots] = await Promise.all([list(directory), listSnapshots(directory)]);
    return {
      at: now,
      total: bsize * blocks,
      available: bsize * bavail,
      snapshots: directories(snapshots, TSDB.snapshot).slice(0, MOST_SNAPSHOTS),
      blocks: await this.#readBlocks(directory, directories(data, TSDB.block).slice(0, MOST_BLOCKS)),
    };
  }

  async #readBlocks(directory: string, names: readonly string[]): Promise<ObservedBlock[]> {
    const blocks = new Map<string, ObservedBlock>();
    for (const name of names) {
      const block = this.#blocks.get(name) ?? (await readBlock(directory, name));
      if (block !== undefined) blocks.set(name, block);
    }
    this.#blocks = blocks;
    return [...blocks.values()].sort(byAge);
  }
}

function list(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true });
}

/** Without a snapshot there is no directory of them. */
async function listSnapshots(directory: string): Promise<Dirent[]> {
  try {
    return await list(join(directory, TSDB.snapshots));
  } catch {
    return [];
  }
}

/** Names of real directories, sorted: oldest first. */
function directories(entries: readonly Dirent[], pattern: RegExp): string[] {
  return entries
    .filter((entry) => entry.isDirectory() && pattern.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** Bytes of all files in a directory; links are not followed. */
async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await lstat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Undefined for one that cannot be read: being written, or damaged. */
async function readBlock(directory: string, name: string): Promise<ObservedBlock | undefined> {
  try {
    const meta = await realHostFiles.read(join(directory, name, TSDB.meta), 'keep', TSDB.metaLimit);
    const maxTime = blockMaxTime(meta.toString('utf8'));
    return maxTime === undefined ? undefined : { name, maxTime, bytes: await sizeOf(join(directory, name)) };
  } catch {
    return undefined;
  }
}
