import { backupStep } from '../backup/backup-step.ts';
import { removeSnapshots } from '../backup/snapshots.ts';
import { completeBackups } from '../backup/store.ts';

/** Removes the snapshots that whole backups were made from. @throws StepError BACKUP_FAILED */
export const releaseSnapshot = backupStep<'ReleaseSnapshot'>(async ({ directory, dataDirectory }) => {
  const backups = await completeBackups(directory);
  await removeSnapshots(
    dataDirectory,
    backups.map(({ record }) => record.prometheus.snapshot),
  );
});
