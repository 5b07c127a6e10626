import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BACKUP_ENDINGS,
  BACKUP_FILES,
  backupName,
  backupTime,
  readBackupName,
  type SavedFile,
} from '../../model/backup.ts';
import { StepError } from '../step-error.ts';
import { removeSnapshots, snapshotsIn } from './snapshots.ts';
import { CLOSED, entriesOf, writeJson } from './store.ts';

/** How far an unfinished backup has come: what one step has found out for the next. */
export interface BackupProgress {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Snapshots that were there before Prometheus was asked for one: none of ours. */
  readonly snapshotsBefore?: readonly string[];
  readonly snapshot?: string;
  readonly grafana?: { readonly name: string; readonly files: readonly SavedFile[] };
}

export interface Unfinished {
  readonly name: string;
  readonly path: string;
  readonly progress: BackupProgress;
}

/**
 * Makes the place of a backup that begins now. It is named after all that there are, whatever the clock says: their order
 * is that of their names.
 *
 * @throws file system errors
 */
export async function beginBackup(directory: string, now: number): Promise<void> {
  const times = (await readdir(directory)).map((entry) => backupTime(readBackupName(entry)?.name ?? '') ?? 0);
  const name = backupName(Math.max(now, ...times.map((time) => time + 1000)));
  const path = join(directory, name + BACKUP_ENDINGS.partial);
  await mkdir(path, { mode: CLOSED });
  await noteProgress({ path, progress: { startedAt: now } }, {});
}

/** The backup that is being made. @throws StepError BACKUP_FAILED when there is none; file system errors */
export async function unfinishedBackup(directory: string): Promise<Unfinished> {
  for (const entry of (await readdir(directory)).sort().reverse()) {
    const found = readBackupName(entry);
    if (found?.state !== 'partial') continue;
    const path = join(directory, entry);
    return { name: found.name, path, progress: await readProgress(path) };
  }
  throw new StepError('BACKUP_FAILED', `${directory} holds no unfinished backup any more; somebody removed it.`);
}

/** Writes down what more is known of an unfinished backup. @throws file system errors */
export async function noteProgress(
  { path, progress }: Pick<Unfinished, 'path' | 'progress'>,
  news: Partial<BackupProgress>,
): Promise<void> {
  await writeJson(join(path, BACKUP_FILES.progress), { ...progress, ...news });
}

/** Removes what tries that did not come to their end have left, their snapshots included. @throws file system errors */
export async function discardLeftovers(directory: string, dataDirectory: string | undefined): Promise<void> {
  for (const entry of await entriesOf(directory)) {
    const state = readBackupName(entry)?.state;
    if (state !== 'partial' && state !== 'removing') continue;
    const path = join(directory, entry);
    if (state === 'partial' && dataDirectory !== undefined)
      await removeSnapshots(dataDirectory, await ownSnapshots(dataDirectory, await readProgress(path)));
    await rm(path, { recursive: true, force: true });
  }
}

/** The one that was made for it, also when its name was not written down any more. */
async function ownSnapshots(dataDirectory: string, progress: BackupProgress): Promise<readonly string[]> {
  if (progress.snapshot !== undefined) return [progress.snapshot];
  const before = progress.snapshotsBefore;
  return before === undefined ? [] : (await snapshotsIn(dataDirectory)).filter((name) => !before.includes(name));
}

async function readProgress(path: string): Promise<BackupProgress> {
  try {
    return JSON.parse(await readFile(join(path, BACKUP_FILES.progress), 'utf8')) as BackupProgress;
  } catch {
    // It ended before this was written: then nothing was asked for yet.
    return { startedAt: 0 };
  }
}
