import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StepArguments } from '../../model/step.ts';
import { openItself, syncDirectory } from '../atomic-file.ts';
import { applyOwnership, resolveOwner } from '../owner.ts';
import { requireRealParents, statusAt } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

/** Missing directories above a wanted one are the operator's, and open to be walked through. */
const PARENT_MODE = 0o755;

/**
 * Makes a directory and what is missing above it. One that is there gets its owner and mode; its content is never
 * touched.
 *
 * @throws StepError UNSAFE_PATH, UNKNOWN_OWNER; file system errors
 */
export async function createDirectory({ spec }: StepArguments['CreateDirectory']): Promise<void> {
  const owner = await resolveOwner(spec);
  for (const parent of await requireRealParents(spec.path)) {
    // Another step may be making the same parent right now.
    if (await made(parent)) await chmod(parent, PARENT_MODE);
  }
  const status = await statusAt(spec.path);
  if (status !== undefined && !status.isDirectory()) {
    const found = status.isSymbolicLink() ? 'a symlink' : 'not a directory';
    throw new StepError('UNSAFE_PATH', `${spec.path} is ${found}: move it away or choose another path.`);
  }
  if (status === undefined) await made(spec.path);
  const handle = await openItself(spec.path);
  try {
    await applyOwnership(handle, owner, spec.mode);
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(spec.path));
}

/** False when it was there already. */
async function made(directory: string): Promise<boolean> {
  try {
    // Closed to others until it has its owner and mode.
    await mkdir(directory, 0o700);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
