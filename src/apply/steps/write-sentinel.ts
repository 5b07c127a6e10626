import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SENTINEL_NAME, sentinelText } from '../../model/sentinel.ts';
import type { StepArguments } from '../../model/step.ts';
import { writeAtomically } from '../atomic-file.ts';
import type { StepContext } from '../context.ts';
import { requireRealParents, statusAt } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

const READABLE = 0o444;

/**
 * Makes a directory's sentinel, with an id that no other has. One that is there already stays: it came with the data.
 *
 * @throws StepError UNSAFE_PATH; file system errors
 */
export async function writeSentinel(
  { path }: StepArguments['WriteSentinel'],
  { target }: Pick<StepContext, 'target'>,
): Promise<void> {
  const sentinel = join(path, SENTINEL_NAME);
  const missing = await requireRealParents(sentinel);
  if (missing.length > 0) throw new StepError('UNSAFE_PATH', `${path} does not exist any more; look at its disk.`);
  if ((await statusAt(sentinel)) !== undefined) return;
  const text = sentinelText(randomBytes(16).toString('hex'), target);
  await writeAtomically(sentinel, Buffer.from(text), { uid: -1, gid: -1 }, READABLE);
}
