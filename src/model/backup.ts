/**
 * What lies in a Backup's directory. A backup is named by its beginning, in UTC, and after those before it; while it is being made, removed, or
 * once it was found damaged, its name has an ending, so that only what is whole has a bare one.
 */
export const BACKUP_ENDINGS = { partial: '.partial', failed: '.failed', removing: '.removing' } as const;

/** Names of files in a backup. */
export const BACKUP_FILES = {
  /** Says what the backup is; written last. */
  record: 'backup.json',
  /** As `sha256sum -c` reads it; names all files but these four. */
  sums: 'SHA256SUMS',
  /** There once it was read back and found whole. */
  verified: 'verified.json',
  /** How far one that is being made has come. */
  progress: 'progress.json',
} as const;

/** Directories in a backup. */
export const BACKUP_PARTS = { prometheus: 'prometheus', grafana: 'grafana' } as const;
export type BackupPart = keyof typeof BACKUP_PARTS;

/** A block of samples. Times in milliseconds since the epoch. */
export interface BackupBlock {
  /** Name of its directory. */
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
}

/** Owner and permission bits that a saved file had. */
export interface SavedFile {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** `backup.json`. Times in milliseconds since the epoch. */
export interface BackupRecord {
  readonly version: 1;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** All files together. */
  readonly bytes: number;
  /** Those of them that were not in the backup before. */
  readonly newBytes: number;
  readonly prometheus: {
    readonly name: string;
    /** Owner of the data directory. */
    readonly uid: number;
    readonly gid: number;
    readonly blocks: readonly BackupBlock[];
    /** The snapshot that it was copied from. */
    readonly snapshot: string;
  };
  readonly grafana?: { readonly name: string; readonly files: readonly SavedFile[] };
}

const NAME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** Milliseconds since the epoch to a backup's name, to the second: `20261122T031500Z`. */
export function backupName(time: number): string {
  return new Date(time)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
}

/** A backup's name to the time of its beginning; undefined for what is no such name. */
export function backupTime(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (second === undefined) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** A name in a Backup's directory to the backup and the state that it is of; undefined for what is not ours. */
export function readBackupName(
  entry: string,
): { readonly name: string; readonly state: 'complete' | keyof typeof BACKUP_ENDINGS } | undefined {
  if (backupTime(entry) !== undefined) return { name: entry, state: 'complete' };
  for (const state of ['partial', 'failed', 'removing'] as const) {
    const ending = BACKUP_ENDINGS[state];
    const name = entry.slice(0, -ending.length);
    if (entry.endsWith(ending) && backupTime(name) !== undefined) return { name, state };
  }
  return undefined;
}

/**
 * Backups that are no longer to be kept: beyond the newest `keep`, and what was found damaged before the last good one.
 * The last good one always stays.
 *
 * @param isGood whether a complete backup could be relied on
 */
export function surplusBackups(
  complete: readonly string[],
  failed: readonly string[],
  keep: number,
  isGood: (name: string) => boolean,
): { readonly complete: readonly string[]; readonly failed: readonly string[] } {
  const newestFirst = [...complete].sort().reverse();
  const lastGood = newestFirst.find(isGood);
  return {
    complete: newestFirst.slice(Math.max(1, keep)).filter((name) => name !== lastGood),
    failed: failed.filter((name) => lastGood !== undefined && name < lastGood),
  };
}

/** The content of a `backup.json`; undefined when it is none that can be relied on. */
export function parseBackupRecord(text: string): BackupRecord | undefined {
  const parsed = parseObject(text);
  const { prometheus } = parsed ?? {};
  if (parsed?.['version'] !== 1 || !isObject(prometheus) || !Array.isArray(prometheus['blocks'])) return undefined;
  const numbers = [parsed['startedAt'], parsed['finishedAt'], parsed['bytes'], parsed['newBytes']];
  return numbers.every((number) => typeof number === 'number') ? (parsed as unknown as BackupRecord) : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed = JSON.parse(text) as unknown;
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
