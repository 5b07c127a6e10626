import type { StepArguments } from '../../model/step.ts';
import { TSDB } from '../../model/tsdb-names.ts';
import type { StepContext } from '../context.ts';
import { openChild, openDirectory } from '../open-directory.ts';
import { removeTree } from '../remove-tree.ts';
import { StepError } from '../step-error.ts';

/**
 * Deletes snapshots of a time series database by name. One that is gone counts as deleted.
 *
 * @throws StepError UNSAFE_PATH when something is named otherwise than Prometheus names snapshots, or is no directory, or
 *   the way there leads through a symlink; file system errors
 */
export async function deleteSnapshots(
  { directory, names }: StepArguments['DeleteSnapshots'],
  { progress, reportDeleted, target }: StepContext,
): Promise<void> {
  const foreign = names.find((name) => !TSDB.snapshot.test(name));
  if (foreign !== undefined)
    throw new StepError('UNSAFE_PATH', `${directory}/${TSDB.snapshots}/${foreign} is not named as snapshots are.`);
  // Whatever becomes of it: what was looked at before says nothing of it any more, and must not be planned with again.
  try {
    await removeThem(directory, names, progress);
  } finally {
    reportDeleted(target, names);
  }
}

async function removeThem(
  directory: string,
  names: readonly string[],
  progress: StepContext['progress'],
): Promise<void> {
  const data = await openDirectory(directory);
  if (data === undefined) return;
  try {
    const path = `${directory}/${TSDB.snapshots}`;
    const snapshots = await openChild(data, TSDB.snapshots, path);
    if (snapshots === undefined) return;
    try {
      for (const name of names) {
        progress(`deleting ${path}/${name}`);
        await removeTree(snapshots, name, `${path}/${name}`);
      }
    } finally {
      await snapshots.close();
    }
  } finally {
    await data.close();
  }
}
