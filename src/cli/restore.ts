import { resolve } from 'node:path';
import { placeProblem, restoreBackup, type Restored } from '../apply/backup/restore.ts';
import { completeBackups, type WholeBackup } from '../apply/backup/store.ts';
import { sumsProblem } from '../apply/backup/verify-sums.ts';
import { isWithin } from '../desired/normalise/host-path.ts';
import { resolveExisting } from '../desired/real-path.ts';
import { BACKUP_PARTS, type BackupPart } from '../model/backup.ts';
import type { Command } from './command.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { reservedPlaces } from './reserved-places.ts';
import { findBackup, type BackupPlace } from './find-backups.ts';

function partOf(only: string): BackupPart | undefined {
  if (only === '') return undefined;
  if (only in BACKUP_PARTS) return only as BackupPart;
  throw new UsageError(`--only must be ${Object.keys(BACKUP_PARTS).join(' or ')}, not ${only}`);
}

/** The one that is named, or the newest one that can be relied on. */
async function choose({ directory, verify }: BackupPlace, wanted: string): Promise<WholeBackup> {
  const all = await completeBackups(directory);
  if (wanted !== '') {
    const found = all.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const names = all.map(({ name }) => name).join(', ');
    throw new CommandError(`${directory} has no whole backup ${wanted}; it has ${names === '' ? 'none' : names}`);
  }
  const newest = all.findLast(({ isVerified }) => isVerified) ?? (verify ? undefined : all.at(-1));
  if (newest !== undefined) return newest;
  const unread = all.length === 0 ? '' : `; it has ${all.length} that were not read back: name one with --backup`;
  throw new CommandError(`${directory} holds no backup that can be relied on${unread}`);
}

/** Where gates are opened and the operator keeps its state, nothing is laid out, whoever asks. */
function reservedProblem(to: string, reserved: readonly string[]): string | undefined {
  const place = resolveExisting(to);
  const taken = reserved
    .map((each) => resolveExisting(each))
    .find((each) => isWithin(place, each) || isWithin(each, place));
  return taken === undefined
    ? undefined
    : `${to}: ${taken} belongs to the operator and its human; choose another place`;
}

/** What is left to do by hand. */
function nextSteps(restored: readonly Restored[]): string {
  const lines = restored.map(({ part, path, files }) =>
    part === 'prometheus'
      ? `${path}: ${files} files, a data directory of Prometheus`
      : `${path}: ${files} files, grafana.db and what belongs to it`,
  );
  return `${lines.join('\n')}\nWhat to do with it: docs/operations.md, "Restoring a backup"\n`;
}

export const command: Command = async ({ settings, positionals, output, errors }) => {
  const [wanted] = positionals;
  if (wanted === undefined || settings.to === '')
    throw new UsageError('restore what, and where? For example: bastion restore nightly --to /opt/core/restored');
  const only = partOf(settings.only);
  const place = await findBackup(settings, wanted);
  const to = resolve(settings.to);
  const { name, path, record } = await choose(place, settings.backup);
  if (only === 'grafana' && record.grafana === undefined) throw new CommandError(`${name} holds no Grafana`);
  const taken = reservedProblem(to, reservedPlaces(settings)) ?? (await placeProblem(to));
  if (taken !== undefined) throw new CommandError(taken);
  const problem = await sumsProblem(path);
  if (problem !== undefined)
    throw new CommandError(`the backup ${name} is not whole: ${problem}. Name another one with --backup`);
  const mayGiveAway = process.getuid?.() === 0;
  const restored = await restoreBackup({ backup: path, record, to, only, mayGiveAway });
  if (settings.json) output.write(`${JSON.stringify({ backup: name, checked: true, restored }, undefined, 2)}\n`);
  else output.write(`${name}: all checksums are right\n${nextSteps(restored)}`);
  if (!mayGiveAway) errors.write('the files belong to you: only root can give them the owners that they had\n');
  return EXIT.done;
};
