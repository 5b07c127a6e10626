import type { TlsAccess } from './tls-access.ts';

/** Where a Prometheus is asked for a snapshot. */
export interface SnapshotTarget {
  /** Of its container; absent: `address`. */
  readonly container?: string;
  readonly address?: string;
  readonly port: number;
  readonly access: TlsAccess;
}

/**
 * Operations of backups, in the order in which one is made. All work in `directory`, the Backup's own; what one has found
 * out for the next lies in the unfinished backup there.
 */
export interface BackupStepArguments {
  /** Makes the place of a new backup, and removes what tries before it have left. */
  BeginBackup: { readonly directory: string; readonly dataDirectory: string };
  /** Copies a Grafana's database and secret key; a running container is paused for as long as that takes. */
  SaveGrafana: {
    readonly directory: string;
    readonly name: string;
    /** Id; absent: it does not run. */
    readonly container?: string;
    /** Host path. */
    readonly database: string;
    readonly secretKey?: string;
  };
  SnapshotPrometheus: {
    readonly directory: string;
    readonly container?: string;
    readonly at: Omit<SnapshotTarget, 'container'>;
    /** Host directory of the time series database. */
    readonly dataDirectory: string;
  };
  /** Copies the snapshot; what is in the backup before, bit by bit, becomes another name for the same file. */
  CopyBackup: { readonly directory: string; readonly dataDirectory: string; readonly prometheus: string };
  /** Removes the snapshots that backups of this directory were made from; no others. */
  ReleaseSnapshot: { readonly directory: string; readonly dataDirectory: string };
  /** Reads the newest backup back, its blocks with the promtool of the image. */
  VerifyBackup: { readonly directory: string; readonly image: string };
  /** Removes backups beyond those that are kept, never the last good one. */
  PruneBackups: { readonly directory: string; readonly keep: number; readonly verify: boolean };
  /** Removes what tries that did not come to their end have left. */
  DiscardBackup: { readonly directory: string; readonly dataDirectory: string };
}
