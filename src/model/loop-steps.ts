import type { Level, Loop } from './levels.ts';

/** Operations of the closed loops around the services of the stack. Paths carry the prefix of `--root`. */
export interface LoopStepArguments {
  /** Remembers, in the state directory, where a loop stands now; the desired state is then read again with it. */
  RecordLevel: { readonly loop: Loop } & Omit<Level, 'since'>;
  /** Remembers how often a container was restarted for a scrape that fails. 0: forgets it. */
  RecordRemediation: { readonly specHash: string; readonly restarts: number };
  /** Deletes snapshots of a time series database by name; what is not one of its directories is refused. */
  DeleteSnapshots: {
    /** Data directory of the database. */
    readonly directory: string;
    readonly names: readonly string[];
  };
  /**
   * Drops the oldest blocks of a time series database that does not run, one after the other, until the file system has so
   * many bytes to give. The newest are kept, and the log of what is in no block yet is not touched.
   */
  DropOldestBlocks: {
    /** Data directory of the database. */
    readonly directory: string;
    /** Blocks that are kept in any case. */
    readonly keepNewest: number;
    /** Bytes that unprivileged processes may write. */
    readonly untilFree: number;
  };
}
