import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BACKUP_ENDINGS,
  BACKUP_FILES,
  backupName,
  backupTime,
  parseBackupRecord,
  readBackupName,
  type SavedFile,
} from '../../model/backup.ts';
import { inside, openDirectory } from '../open-directory.ts';
import { removeTree } from '../remove-tree.ts';
import { StepError } from '../step-error.ts';
import { snapshotTime } from '../../model/tsdb-names.ts';
import { removeSnapshots, snapshotsIn } from './snapshots.ts';
import { CLOSED, writeJson } from './store.ts';

/**
 * Milliseconds: a snapshot is named after the second in which Prometheus begins with it, on the clock of this machine.
 * Before that it only has to take the request.
 */
const ANSWERED_WITHIN = 60_000;

/** How far an unfinished backup has come: what one step has found out for the next. */
export interface BackupProgress {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Snapshots that were there before Prometheus was asked for one: none of ours. */
  readonly snapshotsBefore?: readonly string[];
  /** When it was asked, in milliseconds since the epoch. */
  readonly askedAt?: number;
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

/**
 * Removes what tries that did not come to their end have left, their snapshots included.
 *
 * @throws StepError UNSAFE_PATH when the way there leads through a symlink, or something is mounted in it; file system errors
 */
export async function discardLeftovers(directory: string, dataDirectory: string | undefined): Promise<void> {
  const opened = await openDirectory(directory);
  if (opened === undefined) return;
  try {
    for (const entry of await readdir(inside(opened))) {
      const state = readBackupName(entry)?.state;
      if (state !== 'partial' && state !== 'removing') continue;
      if (state === 'partial' && dataDirectory !== undefined) {
        const progress = await readProgress(inside(opened, entry));
        await removeSnapshots(dataDirectory, await ownSnapshots(dataDirectory, progress));
      }
      await removeTree(opened, entry, join(directory, entry));
    }
  } finally {
    await opened.close();
  }
}

/**
 * The one that was made for it, also when its name was not written down any more: the first that is new and of the time at
 * which Prometheus was asked. A person may have made others since; rather one too many stays than one of theirs goes.
 */
async function ownSnapshots(dataDirectory: string, progress: BackupProgress): Promise<readonly string[]> {
  const { snapshot, snapshotsBefore, askedAt } = progress;
  if (snapshot !== undefined) return [snapshot];
  if (snapshotsBefore === undefined || askedAt === undefined) return [];
  const isOurs = (name: string): boolean => {
    const later = (snapshotTime(name) ?? 0) - askedAt;
    return !snapshotsBefore.includes(name) && later > -1000 && later < ANSWERED_WITHIN;
  };
  return (await snapshotsIn(dataDirectory)).filter(isOurs).slice(0, 1);
}

async function readProgress(path: string): Promise<BackupProgress> {
  try {
    return JSON.parse(await readFile(join(path, BACKUP_FILES.progress), 'utf8')) as BackupProgress;
  } catch {
    // It ended before this was written, and nothing was asked for yet; or after all of it was made, and the record has it.
    const text = await readFile(join(path, BACKUP_FILES.record), 'utf8').catch(() => '');
    const record = parseBackupRecord(text);
    return record === undefined ? { startedAt: 0 } : { startedAt: 0, snapshot: record.prometheus.snapshot };
  }
}
