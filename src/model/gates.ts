/** What reading one gate, consent or hold file found. */
export interface GateFile {
  /** File name, e.g. `metrics-visible.ok`. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** The gates directory as read once. */
export interface GateFiles {
  /** Absolute path of the directory, for the `touch` command that people are shown. */
  readonly directory: string;
  /** Accepted `*.ok` files by name without `.ok`. */
  readonly open: Readonly<Record<string, GateFile>>;
  /** `*.ok` entries that do not count, with the reason (symlink, directory, carried by the repository, writable ...). */
  readonly refused: Readonly<Record<string, string>>;
  /** Names in the directory that do not end in `.ok` and open nothing, for people; hidden files, backups and directories are left out. */
  readonly strayFiles?: readonly string[];
  /** Names below `hold/`: `all` or `<Kind>.<name>`. */
  readonly holds: ReadonlySet<string>;
  /** Names below `hold/` that are not of that form and hold nothing, for people; hidden files and backups are left out. */
  readonly strayHolds?: readonly string[];
  /** Absolute path of the directory with the hold files, for the `rm` command; absent: `hold` below `directory`. */
  readonly holdDirectory?: string;
  /** The directory could not be read: everything counts as closed. */
  readonly error?: string;
}

/**
 * What a human consents to; the name of a consent file is `<purpose>-<digest>.ok`, so no gate may be named alike.
 */
export const CONSENT_PURPOSES = ['prune', 'replace'] as const;

export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];
