import { lstat, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BACKUP_ENDINGS,
  BACKUP_FILES,
  parseBackupRecord,
  readBackupName,
  type BackupRecord,
} from '../../model/backup.ts';
import { writeAtomically } from '../atomic-file.ts';
import { inside, openDirectory } from '../open-directory.ts';
import { removeTree } from '../remove-tree.ts';

/** Only root reads backups: they hold what containers keep from each other. */
export const CLOSED = 0o700;
export const PRIVATE = 0o600;
const UNMANAGED = { uid: -1, gid: -1 };

/** A whole backup. */
export interface WholeBackup {
  readonly name: string;
  readonly path: string;
  readonly record: BackupRecord;
  /** It was read back and found whole. */
  readonly isVerified: boolean;
}

/** The whole backups in a directory, oldest first; what only looks like one is none. @throws file system errors */
export async function completeBackups(directory: string): Promise<WholeBackup[]> {
  const backups: WholeBackup[] = [];
  for (const name of (await entriesOf(directory)).sort()) {
    if (readBackupName(name)?.state !== 'complete') continue;
    const path = join(directory, name);
    const entries = await entriesOf(path);
    if (!entries.includes(BACKUP_FILES.record)) continue;
    const record = parseBackupRecord(await readFile(join(path, BACKUP_FILES.record), 'utf8'));
    if (record !== undefined) backups.push({ name, path, record, isVerified: entries.includes(BACKUP_FILES.verified) });
  }
  return backups;
}

/**
 * Removes whole or damaged backups, so that none ever looks whole and is not.
 *
 * @throws StepError UNSAFE_PATH when the way there leads through a symlink, or something is mounted in one; file system
 *   errors
 */
export async function removeBackups(directory: string, entries: readonly string[]): Promise<void> {
  const opened = await openDirectory(directory);
  if (opened === undefined) return;
  try {
    for (const entry of entries) {
      const name = readBackupName(entry)?.name;
      if (name === undefined) continue;
      const doomed = name + BACKUP_ENDINGS.removing;
      await rename(inside(opened, entry), inside(opened, doomed));
      await removeTree(opened, doomed, join(directory, doomed));
    }
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Puts a small file of ours in place, durably. @throws file system errors */
export async function writeJson(path: string, content: unknown): Promise<void> {
  await writeAtomically(path, Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`), UNMANAGED, PRIVATE);
}

/** Names in a directory; empty where there is none, or something else. @throws file system errors */
export async function entriesOf(directory: string): Promise<string[]> {
  try {
    return (await lstat(directory)).isDirectory() ? await readdir(directory) : [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
