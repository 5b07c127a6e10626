import { readdir, type FileHandle } from 'node:fs/promises';
import { TSDB } from '../../model/tsdb-names.ts';
import { inside, openChild, openDirectory } from '../open-directory.ts';
import { removeTree } from '../remove-tree.ts';

/** Names of the snapshots in a data directory, sorted. @throws StepError UNSAFE_PATH; file system errors */
export async function snapshotsIn(dataDirectory: string): Promise<string[]> {
  const names = await within(dataDirectory, (snapshots) => readdir(inside(snapshots)));
  return (names ?? []).filter((name) => TSDB.snapshot.test(name)).sort();
}

/**
 * Lets somebody read a snapshot, by a path that leads to this very directory whatever is done above it.
 *
 * @returns undefined when there is no such snapshot
 * @throws StepError UNSAFE_PATH; file system errors; whatever `use` throws
 */
export function withSnapshot<T>(
  dataDirectory: string,
  name: string,
  use: (path: string) => Promise<T>,
): Promise<T | undefined> {
  return within(dataDirectory, async (snapshots) => {
    const snapshot = await openChild(snapshots, name, `${dataDirectory}/${TSDB.snapshots}/${name}`);
    if (snapshot === undefined) return undefined;
    try {
      return await use(inside(snapshot));
    } finally {
      await snapshot.close();
    }
  });
}

/** Removes snapshots by name; those that are gone are no matter. @throws StepError UNSAFE_PATH; file system errors */
export async function removeSnapshots(dataDirectory: string, names: readonly string[]): Promise<void> {
  await within(dataDirectory, async (snapshots) => {
    for (const name of names.filter((each) => TSDB.snapshot.test(each)))
      await removeTree(snapshots, name, `${dataDirectory}/${TSDB.snapshots}/${name}`);
  });
}

async function within<T>(dataDirectory: string, use: (snapshots: FileHandle) => Promise<T>): Promise<T | undefined> {
  const data = await openDirectory(dataDirectory);
  if (data === undefined) return undefined;
  try {
    const snapshots = await openChild(data, TSDB.snapshots, `${dataDirectory}/${TSDB.snapshots}`);
    if (snapshots === undefined) return undefined;
    try {
      return await use(snapshots);
    } finally {
      await snapshots.close();
    }
  } finally {
    await data.close();
  }
}
