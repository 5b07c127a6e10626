import { lstat, rename, unlink } from 'node:fs/promises';
import type { StepArguments } from '../../model/step.ts';
import { requireRealParents, statusAt } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

/**
 * Gives a log the name of its first rotated file, after those before it have moved out of the way, the oldest first: a
 * crash in between leaves a gap, which the next rotation fills. A log that is not there is done.
 *
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function rotateLog({ path }: StepArguments['RotateLog']): Promise<void> {
  if (!(await isLog(path))) return;
  let free = 1;
  while ((await statusAt(rotatedPath(path, free))) !== undefined) free += 1;
  for (let number = free - 1; number >= 1; number -= 1) {
    if (await isLog(rotatedPath(path, number))) await rename(rotatedPath(path, number), rotatedPath(path, number + 1));
  }
  await rename(path, rotatedPath(path, 1));
}

/**
 * Removes rotated files. What is not there is done; what has got another number since it was planned, by somebody else's
 * rotation, stays, and is planned anew.
 *
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function removeRotatedLogs({ path, files }: StepArguments['RemoveRotatedLogs']): Promise<void> {
  for (const { number, inode } of files) {
    const rotated = rotatedPath(path, number);
    if (!(await isLog(rotated))) continue;
    const { ino } = await lstat(rotated, { bigint: true });
    if (String(ino) === inode) await unlink(rotated);
  }
}

/** Where the rotated file of a number lies; 1 is the newest. */
function rotatedPath(path: string, number: number): string {
  if (!Number.isInteger(number) || number < 1) throw new Error(`${number} is no number of a rotated log`);
  return `${path}.${number}`;
}

/** Whether a file is there; anything else is somebody's and stays. */
async function isLog(path: string): Promise<boolean> {
  const missing = await requireRealParents(path);
  if (missing.length > 0) return false;
  const status = await statusAt(path);
  if (status === undefined || status.isFile()) return status !== undefined;
  throw new StepError('UNSAFE_PATH', `${path} is no file, and no log of the container: move it away.`);
}
