import type { StepArguments } from '../../model/step.ts';
import { openItself } from '../atomic-file.ts';
import { applyOwnership, resolveOwner } from '../owner.ts';
import { requireRealParents } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

/**
 * Gives an existing file or directory its owner and mode, without following a symlink.
 *
 * @throws StepError UNSAFE_PATH, UNKNOWN_OWNER; file system errors
 */
export async function setOwnership(args: StepArguments['SetOwnership']): Promise<void> {
  await requireRealParents(args.path);
  const owner = await resolveOwner(args);
  const handle = await openItself(args.path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ELOOP') throw error;
    throw new StepError('UNSAFE_PATH', `${args.path} is a symlink: move it away or choose another path.`, {
      cause: error,
    });
  });
  try {
    await applyOwnership(handle, owner, args.mode);
  } finally {
    await handle.close();
  }
}
