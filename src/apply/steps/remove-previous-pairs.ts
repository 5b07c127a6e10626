import { removeLeftovers, removeVersions } from '../../certs/leftovers.ts';
import { certificateStep } from '../certificate-step.ts';
import { makeParentsOfOurs, requireParents } from '../safe-parents.ts';

/**
 * Removes versions that nobody serves any more, and what interrupted tries left. The live version stays, even if it is
 * among them.
 *
 * @throws StepError UNSAFE_PATH; file system errors
 */
export const removePreviousPairs = certificateStep<'RemovePreviousPairs'>(
  async ({ directory, versions }, { files }) => {
    await requireParents(files, directory);
    if ((await files.status(directory))?.type !== 'directory') return;
    await makeParentsOfOurs(files, directory);
    await removeVersions(files, directory, versions);
    await removeLeftovers(files, directory);
  },
);
