import { readFile } from 'node:fs/promises';
import type { StepArguments } from '../../model/step.ts';
import { writeAtomically } from '../atomic-file.ts';
import type { StepContext } from '../context.ts';
import { readLastGood } from '../last-good.ts';
import { resolveOwner } from '../owner.ts';
import { StepError } from '../step-error.ts';
import { requireSame, requireWritableFile } from './write-file.ts';

/**
 * Puts back the content that was live before the last write.
 *
 * @throws StepError NO_LAST_GOOD, UNSAFE_PATH, FILE_CHANGED; file system errors
 */
export async function restoreFile(
  { spec, replaces }: StepArguments['RestoreFile'],
  { stateDirectory }: StepContext,
): Promise<void> {
  const content = await readLastGood(stateDirectory, spec.path);
  if (content === undefined) {
    throw new StepError(
      'NO_LAST_GOOD',
      `${spec.path}: there is no earlier content to put back (the state directory holds none); correct the content in the manifest.`,
    );
  }
  const exists = await requireWritableFile(spec.path);
  if (replaces !== undefined) requireSame(spec.path, exists ? await readFile(spec.path) : undefined, replaces);
  await writeAtomically(spec.path, content, await resolveOwner(spec), spec.mode);
}
