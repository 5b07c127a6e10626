import { BACKUP_ENDINGS, readBackupName, surplusBackups } from '../../model/backup.ts';
import { backupStep } from '../backup/backup-step.ts';
import { completeBackups, entriesOf, removeBackups } from '../backup/store.ts';

/** Removes backups beyond those that are kept. @throws StepError BACKUP_FAILED */
export const pruneBackups = backupStep<'PruneBackups'>(async ({ directory, keep, verify }, { progress }) => {
  const complete = await completeBackups(directory);
  const good = new Set(complete.filter(({ isVerified }) => !verify || isVerified).map(({ name }) => name));
  const failed = (await entriesOf(directory)).flatMap((entry) => {
    const found = readBackupName(entry);
    return found?.state === 'failed' ? [found.name] : [];
  });
  const surplus = surplusBackups(
    complete.map(({ name }) => name),
    failed,
    keep,
    (name) => good.has(name),
  );
  const entries = [...surplus.complete, ...surplus.failed.map((name) => name + BACKUP_ENDINGS.failed)];
  if (entries.length === 0) return;
  await removeBackups(directory, entries);
  progress(`removed ${entries.join(', ')}`);
});
