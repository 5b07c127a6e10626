import { mkdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BACKUP_FILES, BACKUP_PARTS, type BackupRecord } from '../../model/backup.ts';
import { formatSize } from '../../model/format-size.ts';
import { syncDirectory, writeAtomically } from '../atomic-file.ts';
import { backupStep } from '../backup/backup-step.ts';
import { readBlocks } from '../backup/blocks.ts';
import { copyOrLink } from '../backup/copy-or-link.ts';
import { withSnapshot } from '../backup/snapshots.ts';
import { CLOSED, completeBackups, PRIVATE, writeJson } from '../backup/store.ts';
import { digestFile } from '../backup/stream.ts';
import { formatSums, parseSums, type Sums } from '../backup/sums.ts';
import { listTree, type TreeFile } from '../backup/tree.ts';
import { unfinishedBackup, type Unfinished } from '../backup/unfinished.ts';
import type { StepContext } from '../context.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds between two words on how far it is. */
const PROGRESS_INTERVAL = 5_000;
const NO_SUMS: Sums = new Map();

/** The backup before, and what is in it by its own checksums. */
interface Previous {
  readonly path: string;
  readonly sums: Sums;
}

/**
 * Copies the snapshot of the unfinished backup, adds checksums, makes all of it durable and gives it its name.
 *
 * @throws StepError BACKUP_FAILED
 */
export const copyBackup = backupStep<'CopyBackup'>(async ({ directory, dataDirectory, prometheus }, context) => {
  const unfinished = await unfinishedBackup(directory);
  const { snapshot } = unfinished.progress;
  const copied =
    snapshot === undefined
      ? undefined
      : await withSnapshot(dataDirectory, snapshot, (source) => copySnapshot(source, directory, unfinished, context));
  if (snapshot === undefined || copied === undefined)
    throw new StepError(
      'BACKUP_FAILED',
      `${snapshot === undefined ? 'there is no snapshot to copy' : `the snapshot ${snapshot} in ${dataDirectory} was removed before it was copied`}; it is made anew.`,
    );
  const { uid, gid } = await stat(dataDirectory);
  await finish(unfinished, copied, { name: prometheus, uid, gid, snapshot }, directory, context);
});

/** What was put into a backup. */
interface Copied {
  readonly sums: Map<string, string>;
  readonly bytes: number;
  readonly newBytes: number;
}

async function copySnapshot(
  source: string,
  directory: string,
  { path }: Unfinished,
  context: StepContext,
): Promise<Copied> {
  const previous = await previousBackup(directory);
  const files = await listTree(source);
  await requireSpace(directory, files, previous);
  const sums = new Map<string, string>();
  const newBytes = await copyBlocks(source, path, files, previous, sums, context);
  return { sums, bytes: sizeOfAll(files), newBytes };
}

/** Checksums and record, and then its name: from now on it counts. */
async function finish(
  { name, path, progress }: Unfinished,
  { sums, bytes, newBytes }: Copied,
  prometheus: Omit<BackupRecord['prometheus'], 'blocks'>,
  directory: string,
  { clock, progress: tell }: StepContext,
): Promise<void> {
  const others = (await listTree(path)).filter((file) => file.path.startsWith(`${BACKUP_PARTS.grafana}/`));
  for (const file of others) sums.set(file.path, (await digestFile(join(path, file.path))).digest);
  const text = Buffer.from(formatSums(sums));
  await writeAtomically(join(path, BACKUP_FILES.sums), text, { uid: -1, gid: -1 }, PRIVATE);
  const blocks = await readBlocks(join(path, BACKUP_PARTS.prometheus));
  const record: BackupRecord = {
    version: 1,
    startedAt: progress.startedAt,
    finishedAt: clock.now(),
    bytes: bytes + sizeOfAll(others),
    newBytes: newBytes + sizeOfAll(others),
    prometheus: { ...prometheus, blocks },
    ...(progress.grafana === undefined ? {} : { grafana: progress.grafana }),
  };
  await writeJson(join(path, BACKUP_FILES.record), record);
  await rm(join(path, BACKUP_FILES.progress));
  await syncDirectory(path);
  await rename(path, join(directory, name));
  await syncDirectory(directory);
  tell(`${name}: ${formatSize(record.bytes)}, ${formatSize(record.newBytes)} of it new`);
}

/** @returns bytes that were copied; the rest was linked */
async function copyBlocks(
  source: string,
  path: string,
  files: readonly TreeFile[],
  previous: Previous | undefined,
  sums: Map<string, string>,
  { clock, progress }: StepContext,
): Promise<number> {
  const target = join(path, BACKUP_PARTS.prometheus);
  const made = new Set([target]);
  await mkdir(target, { mode: CLOSED });
  const total = sizeOfAll(files);
  let done = 0;
  let copied = 0;
  let told = clock.now();
  for (const file of files) {
    const place = join(target, file.path);
    await makeDirectories(dirname(place), made);
    const saved = `${BACKUP_PARTS.prometheus}/${file.path}`;
    const before = previous?.sums.get(saved);
    const older =
      previous === undefined || before === undefined ? undefined : { path: join(previous.path, saved), digest: before };
    const { digest, isLinked } = await copyOrLink(join(source, file.path), place, older);
    sums.set(saved, digest);
    done += file.size;
    if (!isLinked) copied += file.size;
    if (clock.now() - told < PROGRESS_INTERVAL) continue;
    told = clock.now();
    progress(`${formatSize(done)} of ${formatSize(total)}`);
  }
  // Deepest first, so that no directory is durable before what it names.
  for (const each of [...made].sort().reverse()) await syncDirectory(each);
  return copied;
}

/** One by one: of a full disk Node says that something does not exist when it is to make several at once. */
async function makeDirectories(path: string, made: Set<string>): Promise<void> {
  if (made.has(path)) return;
  await makeDirectories(dirname(path), made);
  await mkdir(path, { mode: CLOSED });
  made.add(path);
}

async function previousBackup(directory: string): Promise<Previous | undefined> {
  const newest = (await completeBackups(directory)).at(-1);
  if (newest === undefined) return undefined;
  const { path } = newest;
  // One without checksums that can be read is no help, and no harm: then all is copied.
  const text = await readFile(join(path, BACKUP_FILES.sums), 'utf8').catch(() => '');
  try {
    return { path, sums: parseSums(text) };
  } catch {
    return { path, sums: NO_SUMS };
  }
}

/** Refuses before anything is written what cannot fit; what has the size that it had before will likely be linked. */
async function requireSpace(
  directory: string,
  files: readonly TreeFile[],
  previous: Previous | undefined,
): Promise<void> {
  let needed = 0;
  for (const { path, size } of files) {
    const saved = `${BACKUP_PARTS.prometheus}/${path}`;
    if (previous?.sums.has(saved) !== true || (await sizeOf(join(previous.path, saved))) !== size) needed += size;
  }
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (needed <= free) return;
  throw new StepError(
    'BACKUP_FAILED',
    `the disk of ${directory} is too full: about ${formatSize(needed)} are needed, ${formatSize(free)} are free. Free some space, or keep fewer backups (spec.keep).`,
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  );
}

function sizeOfAll(files: readonly TreeFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
