import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKUP_ENDINGS, BACKUP_FILES, BACKUP_PARTS, type BackupBlock } from '../../model/backup.ts';
import { syncDirectory } from '../atomic-file.ts';
import { backupStep } from '../backup/backup-step.ts';
import { shortHash } from '../short-hash.ts';
import { completeBackups, writeJson } from '../backup/store.ts';
import { sumsProblem } from '../backup/verify-sums.ts';
import type { StepContext } from '../context.ts';
import { StepError } from '../step-error.ts';
import { runThrowAway } from '../throw-away.ts';

/** Where promtool finds the blocks: in a directory of its own, in which it may write. */
const INSIDE = '/backup';
const MEMORY = 512 * 1024 * 1024;
/** Milliseconds; a large block is read for minutes. */
const DEADLINE = 900_000;
const OUTPUT_LENGTH = 500;

/**
 * Reads the newest backup back: all checksums, and its blocks by promtool. What is not whole gets another name, under
 * which nobody takes it for good.
 *
 * @throws StepError BACKUP_FAILED; EngineError, after which it can be tried again
 */
export const verifyBackup = backupStep<'VerifyBackup'>(async ({ directory, image }, context) => {
  const newest = (await completeBackups(directory)).at(-1);
  if (newest === undefined)
    throw new StepError('BACKUP_FAILED', `${directory} holds no backup that could be read back.`);
  if (newest.isVerified) return;
  const { name, path, record } = newest;
  const { prometheus } = record;
  const problem = (await sumsProblem(path)) ?? (await blocksProblem(path, prometheus.blocks, image, context));
  if (problem !== undefined) {
    await rename(path, path + BACKUP_ENDINGS.failed);
    await syncDirectory(directory);
    throw new StepError(
      'BACKUP_FAILED',
      `the backup ${name} was read back and is not whole: ${problem}. It is kept as ${name}${BACKUP_ENDINGS.failed}; look at the disk (kernel log)`,
    );
  }
  await writeJson(join(path, BACKUP_FILES.verified), { at: context.clock.now(), blocks: prometheus.blocks.length });
});

async function blocksProblem(
  path: string,
  blocks: readonly BackupBlock[],
  image: string,
  context: StepContext,
): Promise<string | undefined> {
  const newest = blocks.at(-1);
  if (newest === undefined) return undefined;
  const mounts = Object.fromEntries(
    blocks.map(({ ulid }) => [`${INSIDE}/${ulid}`, join(path, BACKUP_PARTS.prometheus, ulid)]),
  );
  const promtool = (...command: string[]) =>
    runThrowAway(
      {
        purpose: `backup-${shortHash(path)}`,
        image,
        command: ['promtool', 'tsdb', ...command],
        mounts,
        // Newer promtools make a directory beside the blocks.
        tmpfs: { [INSIDE]: 'size=16m', '/tmp': 'size=16m' },
        memory: MEMORY,
        deadline: DEADLINE,
      },
      context,
    );
  const listed = await promtool('list', INSIDE);
  if (listed.exitCode !== 0) return refused('list', listed);
  const unseen = blocks.find(({ ulid }) => !listed.output.includes(ulid));
  if (unseen !== undefined) return `promtool tsdb list does not show the block ${unseen.ulid}`;
  const analyzed = await promtool('analyze', INSIDE, newest.ulid);
  return analyzed.exitCode === 0 ? undefined : refused('analyze', analyzed);
}

function refused(what: string, { exitCode, output }: { exitCode: number | undefined; output: string }): string {
  const ended = exitCode === undefined ? `did not end within ${DEADLINE / 1000} s` : `ended with ${exitCode}`;
  return `promtool tsdb ${what} ${ended}: ${output.slice(-OUTPUT_LENGTH)}`;
}
