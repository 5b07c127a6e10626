import { chmod, chown, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BACKUP_PARTS, type BackupPart, type BackupRecord } from '../../model/backup.ts';
import { SENTINEL_NAME } from '../../model/sentinel.ts';
import { syncDirectory } from '../atomic-file.ts';
import { entriesOf } from './store.ts';
import { copyDurably } from './stream.ts';
import { listTree } from './tree.ts';

/** What a directory may hold and count as empty all the same. */
const NOTHING: ReadonlySet<string> = new Set([SENTINEL_NAME, 'lost+found']);
const DIRECTORY_MODE = 0o750;
const FILE_MODE = 0o640;

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface RestoreOptions {
  /** Directory of the backup, which was found whole. */
  readonly backup: string;
  readonly record: BackupRecord;
  /** Absolute; made where it is missing. */
  readonly to: string;
  /** That part alone, right into `to`; undefined: each part into a directory of its name. */
  readonly only: BackupPart | undefined;
  /** Whether files can be given away: only root can. */
  readonly mayGiveAway: boolean;
}

/** What was laid out, and where. */
export interface Restored {
  readonly part: BackupPart;
  readonly path: string;
  readonly files: number;
}

/** Why nothing can be laid out in a directory, in words; undefined: it can. @throws file system errors */
export async function placeProblem(to: string): Promise<string | undefined> {
  let entries: string[];
  try {
    entries = await readdir(to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') return `${to} is no directory`;
    throw error;
  }
  const found = entries.find((entry) => !NOTHING.has(entry));
  return found === undefined
    ? undefined
    : `${to} is not empty (it holds ${found}): nothing is ever restored over something`;
}

/**
 * Lays a backup out ready to be used: the blocks as a data directory of Prometheus, Grafana's files as they were, with
 * the owners that they had.
 *
 * @throws file system errors
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored[]> {
  const { record, to, only } = options;
  const restored: Restored[] = [];
  await makeDirectory(to);
  for (const part of Object.keys(BACKUP_PARTS) as BackupPart[]) {
    if (only !== undefined && only !== part) continue;
    if (part === 'grafana' && record.grafana === undefined) continue;
    const path = only === undefined ? join(to, part) : to;
    await makeDirectory(path);
    restored.push({ part, path, files: await layOut(part, path, options) });
  }
  return restored;
}

async function layOut(part: BackupPart, path: string, options: RestoreOptions): Promise<number> {
  const { backup, record } = options;
  const { uid, gid } = record.prometheus;
  const source = join(backup, BACKUP_PARTS[part]);
  const files = (await entriesOf(source)).length === 0 ? [] : await listTree(source);
  const saved = new Map((record.grafana?.files ?? []).map((file) => [file.name, file]));
  const given = async (place: string, owner: Owner, mode: number): Promise<void> => {
    if (options.mayGiveAway) await chown(place, owner.uid, owner.gid);
    await chmod(place, mode);
  };
  const top = part === 'prometheus' ? { uid, gid } : (saved.get('grafana.db') ?? { uid, gid });
  const made = new Set([path]);
  const makeAll = async (directory: string): Promise<void> => {
    if (made.has(directory)) return;
    await makeAll(dirname(directory));
    await mkdir(directory, { mode: DIRECTORY_MODE });
    await given(directory, top, DIRECTORY_MODE);
    made.add(directory);
  };
  for (const file of files) {
    const place = join(path, file.path);
    await makeAll(dirname(place));
    const was = part === 'grafana' ? saved.get(file.path) : undefined;
    await copyDurably(join(source, file.path), place, 0o600);
    await given(place, was ?? top, was?.mode ?? FILE_MODE);
  }
  await given(path, top, DIRECTORY_MODE);
  for (const directory of [...made].sort().reverse()) await syncDirectory(directory);
  return files.length;
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // What is there must be a directory that we may write in.
    await (await open(path, 'r')).close();
  }
}
