import { constants } from 'node:fs';
import { open, readdir, rename, statfs, type FileHandle } from 'node:fs/promises';
import type { StepArguments } from '../../model/step.ts';
import { blockMaxTime, byAge, TSDB } from '../../model/tsdb-names.ts';
import type { StepContext } from '../context.ts';
import { inside, openDirectory } from '../open-directory.ts';
import { removeTree } from '../remove-tree.ts';

/**
 * Drops the oldest blocks of a database that does not run, until enough is free. A block is renamed first, as Prometheus
 * does it itself, so that a crash in the middle leaves none that is half there. That nothing more can be dropped is no
 * error: it is seen from how full the disk is.
 *
 * @throws StepError UNSAFE_PATH when the way there leads through a symlink; file system errors
 */
export async function dropOldestBlocks(
  { directory, keepNewest, untilFree }: StepArguments['DropOldestBlocks'],
  { progress }: StepContext,
): Promise<void> {
  const data = await openDirectory(directory);
  if (data === undefined) return;
  try {
    await finishRemovals(data, directory);
    const blocks = await blocksIn(data);
    for (const { name, maxTime } of blocks.slice(0, Math.max(0, blocks.length - keepNewest))) {
      if ((await availableIn(data)) >= untilFree) return;
      progress(`dropping block ${name}, samples until ${new Date(maxTime).toISOString()}`);
      const removed = `${name}${TSDB.removedSuffix}`;
      await rename(inside(data, name), inside(data, removed));
      await data.sync();
      await removeTree(data, removed, `${directory}/${removed}`);
    }
  } finally {
    await data.close();
  }
}

/** What somebody, perhaps we, began to remove. */
async function finishRemovals(data: FileHandle, directory: string): Promise<void> {
  for (const entry of await readdir(inside(data), { withFileTypes: true })) {
    const block = entry.name.slice(0, -TSDB.removedSuffix.length);
    if (entry.isDirectory() && entry.name.endsWith(TSDB.removedSuffix) && TSDB.block.test(block))
      await removeTree(data, entry.name, `${directory}/${entry.name}`);
  }
}

interface Block {
  readonly name: string;
  readonly maxTime: number;
}

/** Blocks that say of themselves until when they go, oldest first; what says nothing is left alone. */
async function blocksIn(data: FileHandle): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const entry of await readdir(inside(data), { withFileTypes: true })) {
    if (!entry.isDirectory() || !TSDB.block.test(entry.name)) continue;
    const maxTime = blockMaxTime(await readMeta(inside(data, entry.name, TSDB.meta)));
    if (maxTime !== undefined) blocks.push({ name: entry.name, maxTime });
  }
  return blocks.sort(byAge);
}

/** Empty when there is none that can be read. */
async function readMeta(path: string): Promise<string> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return '';
  }
  try {
    const status = await file.stat();
    return status.isFile() && status.size <= TSDB.metaLimit ? await file.readFile('utf8') : '';
  } finally {
    await file.close();
  }
}

async function availableIn(data: FileHandle): Promise<number> {
  const { bsize, bavail } = await statfs(inside(data));
  return bsize * bavail;
}
