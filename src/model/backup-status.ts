import type { Key } from './key.ts';
import type { RememberedBackup } from './observed-backups.ts';

/** One Backup as metrics and status show it. */
export interface BackupStatus {
  readonly key: Key;
  /** The last good one, as it is there, or as it was seen last; absent: none is known. */
  readonly last?: RememberedBackup;
  /** Whole ones that are there now; 0 also while their directory cannot be read. */
  readonly count: number;
}
