/** One whole backup. Times in milliseconds since the epoch. */
export interface ObservedBackup {
  /** Of its beginning: `20261122T031500Z`. */
  readonly name: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly bytes: number;
  readonly newBytes: number;
  readonly blocks: number;
  readonly hasGrafana: boolean;
  /** It was read back and found whole. */
  readonly isVerified: boolean;
}

/** The last good backup of a resource. Times in milliseconds since the epoch. */
export type RememberedBackup = Pick<ObservedBackup, 'name' | 'startedAt' | 'finishedAt' | 'bytes'>;

/** What lies in a Backup's directory, as it was seen last. */
export type ObservedBackups =
  | {
      readonly state: 'seen';
      /** Oldest first. */
      readonly complete: readonly ObservedBackup[];
      /** Names of those that were found damaged, sorted. */
      readonly failed: readonly string[];
      /** Entries that a try that did not come to its end has left, sorted. */
      readonly leftovers: readonly string[];
    }
  /** The directory that takes the backups is not there. */
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly error: string };
