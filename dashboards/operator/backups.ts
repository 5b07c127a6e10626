import type { Part } from '../shared/panel.ts';
import { table } from '../shared/table.ts';

/** The last good backup of each Backup. */
export function backups(): Part {
  return table({
    title: 'Backups',
    description: 'Age and size of the last good backup of each Backup, and how many there are.',
    span: 12,
    height: 8,
    empty: 'There is no Backup resource: nothing is backed up.',
    sortBy: 'age',
    columns: [
      { field: 'backup', title: 'Backup' },
      {
        field: 'age',
        title: 'Age',
        expr: 'time() - max by (backup) (bastion_backup_last_success_timestamp_seconds > 0)',
        unit: 's',
        steps: ['green', [172_800, 'red']],
      },
      { field: 'size', title: 'Size', expr: 'max by (backup) (bastion_backup_last_size_bytes)', unit: 'bytes' },
      { field: 'count', title: 'There are', expr: 'max by (backup) (bastion_backup_count)', unit: 'none' },
      {
        field: 'failures',
        title: 'Failures, a day',
        expr: 'sum by (backup) (increase(bastion_backup_failures_total[1d]))',
        unit: 'none',
        decimals: 0,
        steps: ['green', [1, 'red']],
      },
    ],
    alarm: {
      steps: ['green'],
      whenRed:
        '`bastion status` has the error of the last one, `bastion backup` shows what is there, and `bastion backup now NAME` makes one.',
      runbook: ['BackupStale'],
    },
  });
}
