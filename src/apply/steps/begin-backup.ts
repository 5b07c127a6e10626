import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../atomic-file.ts';
import { backupStep } from '../backup/backup-step.ts';
import { CLOSED } from '../backup/store.ts';
import { beginBackup, discardLeftovers } from '../backup/unfinished.ts';
import { requireRealParents, statusAt } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

/**
 * Makes the place of a new backup, below a directory that must be there: one that is made where a disk is not mounted
 * would take backups that nobody finds.
 *
 * @throws StepError BACKUP_FAILED, UNSAFE_PATH
 */
export const beginBackupStep = backupStep<'BeginBackup'>(async ({ directory, dataDirectory }, { clock }) => {
  const target = dirname(directory);
  if ((await requireRealParents(directory)).length > 0)
    throw new StepError('BACKUP_FAILED', `${target} does not exist: is its disk mounted? Make it, or declare it.`);
  const status = await statusAt(directory);
  if (status !== undefined && !status.isDirectory())
    throw new StepError('BACKUP_FAILED', `${directory} is no directory: move it away.`);
  if (status === undefined) {
    await mkdir(directory, { mode: CLOSED });
    await syncDirectory(target);
  }
  await discardLeftovers(directory, dataDirectory);
  await beginBackup(directory, clock.now());
});

/** Removes what tries that did not come to their end have left. @throws StepError BACKUP_FAILED */
export const discardBackup = backupStep<'DiscardBackup'>(({ directory, dataDirectory }) =>
  discardLeftovers(directory, dataDirectory),
);
