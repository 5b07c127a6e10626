/** What is saved, when, and to where. Paths carry the prefix of `--root`. */
export interface BackupSpec {
  /** Cron expression of five fields, read in UTC: `model/cron.ts`. */
  readonly schedule: string;
  /** Absolute host directory of this resource's own backups: `<written directory>/<name>`. */
  readonly directory: string;
  /** Name of the Prometheus. */
  readonly prometheus: string;
  /** Name of the Grafana; absent: none. */
  readonly grafana?: string;
  /** Good backups to keep; at least one. */
  readonly keep: number;
  /** Whether each is read back after it was made. */
  readonly verify: boolean;
}
