import { copyFile, constants, mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Engine } from '../../engine/port.ts';
import { BACKUP_PARTS, type SavedFile } from '../../model/backup.ts';
import { formatDuration } from '../../model/format-change.ts';
import { shortHash } from '../short-hash.ts';
import { syncDirectory } from '../atomic-file.ts';
import { backupStep } from '../backup/backup-step.ts';
import { sqliteProblem } from '../backup/sqlite.ts';
import { CLOSED } from '../backup/store.ts';
import { copyDurably } from '../backup/stream.ts';
import { noteProgress, unfinishedBackup } from '../backup/unfinished.ts';
import type { StepContext } from '../context.ts';
import { statusAt } from '../safe-path.ts';
import { StepError } from '../step-error.ts';

/** SQLite's files: the database, and what it has not taken into it yet, in either of its two ways. */
const ENDINGS = ['', '-wal', '-journal'] as const;
const TRIES = 3;

/**
 * Copies a Grafana's database as it would be found after a power cut, which SQLite is made for: all its files of one
 * moment, in which the container is paused. They are copied beside first, on the same disk as the operator's state, so
 * that a slow backup disk does not keep it paused. Its secret key goes along, without which much in it cannot be read.
 *
 * @throws StepError BACKUP_FAILED; EngineError
 */
export const saveGrafana = backupStep<'SaveGrafana'>(
  async ({ directory, name, container, database, secretKey }, context) => {
    const unfinished = await unfinishedBackup(directory);
    const staging = join(context.stateDirectory, 'backup', shortHash(directory));
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true, mode: CLOSED });
    try {
      const taken = await takeTogether(database, staging, container, context);
      if (taken.length === 0) return;
      const problem = await sqliteProblem(join(staging, basename(database)));
      if (problem !== undefined) throw new StepError('BACKUP_FAILED', `${database} ${problem}.`);
      const files: SavedFile[] = [];
      const place = join(unfinished.path, BACKUP_PARTS.grafana);
      await mkdir(place, { mode: CLOSED });
      const sources = taken.map((file) => ({ from: join(staging, basename(file)), of: file, name: basename(file) }));
      if (secretKey !== undefined) sources.push({ from: secretKey, of: secretKey, name: 'secret-key' });
      for (const source of sources) {
        const { mode, uid, gid } = await stat(source.of);
        const bits = mode & 0o7777;
        await copyDurably(source.from, join(place, source.name), bits);
        files.push({ name: source.name, mode: bits, uid, gid });
      }
      await syncDirectory(place);
      await noteProgress(unfinished, { grafana: { name, files } });
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  },
);

/** @returns the database's files that there are; empty when there is none yet */
async function takeTogether(
  database: string,
  staging: string,
  container: string | undefined,
  context: StepContext,
): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    const taken = await takeOnce(database, staging, container, context);
    if (taken !== undefined) return taken;
    if (tries === TRIES)
      throw new StepError(
        'BACKUP_FAILED',
        `${database} was written to while it was copied, ${TRIES} times: something resumes the container that is paused for it.`,
      );
  }
}

/** Undefined when something was written meanwhile. */
async function takeOnce(
  database: string,
  staging: string,
  container: string | undefined,
  { engine, clock, progress }: StepContext,
): Promise<string[] | undefined> {
  if ((await statusAt(database)) === undefined) return [];
  const began = clock.now();
  if (container !== undefined) await engine.pauseContainer(container);
  try {
    const taken: string[] = [];
    const before = await versionsOf(database);
    for (const ending of ENDINGS) {
      const file = database + ending;
      const status = await statusAt(file);
      if (status === undefined) continue;
      // Grafana's user may put there what it likes: a link to what only root may read, a pipe at whose end nobody writes.
      // It is paused, so what is seen here stays.
      if (!status.isFile()) throw new StepError('BACKUP_FAILED', `${file} is no regular file: move it away.`);
      await copyFile(file, join(staging, basename(file)), constants.COPYFILE_FICLONE);
      taken.push(file);
    }
    return before === (await versionsOf(database)) ? taken : undefined;
  } finally {
    if (container !== undefined) {
      await resume(engine, container);
      progress(`was paused for ${formatDuration(clock.now() - began)}`);
    }
  }
}

/** Who resumed it before us, or stopped it, has done our work. */
async function resume(engine: Engine, container: string): Promise<void> {
  const found = await engine.inspectContainer(container);
  if (found?.State.Paused === true) await engine.unpauseContainer(container);
}

async function versionsOf(database: string): Promise<string> {
  const versions: string[] = [];
  for (const ending of ENDINGS) {
    const status = await stat(database + ending, { bigint: true }).catch(() => undefined);
    versions.push(status === undefined ? '-' : `${status.ino}:${status.size}:${status.mtimeNs}:${status.ctimeNs}`);
  }
  return versions.join(' ');
}
