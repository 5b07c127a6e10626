import type { StepArguments } from '../../model/step.ts';
import { writeAtomically } from '../atomic-file.ts';
import type { StepContext } from '../context.ts';
import { readLastGood } from '../last-good.ts';
import { resolveOwner } from '../owner.ts';
import { StepError } from '../step-error.ts';
import { requireWritableFile } from './write-file.ts';

/**
 * Puts back the content that was live before the last write.
 *
 * @throws StepError NO_LAST_GOOD, UNSAFE_PATH; file system errors
 */
export async function restoreFile(
  { spec }: StepArguments['RestoreFile'],
  { stateDirectory }: StepContext,
): Promise<void> {
  const content = await readLastGood(stateDirectory, spec.path);
  if (content === undefined) {
    throw new StepError(
      'NO_LAST_GOOD',
      `${spec.path}: there is no earlier content to put back (the state directory holds none); correct the content in the manifest.`,
    );
  }
  await requireWritableFile(spec.path);
  await writeAtomically(spec.path, content, await resolveOwner(spec), spec.mode);
}
