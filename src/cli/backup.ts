import { formatSize } from '../model/format-size.ts';
import { formatDuration } from '../model/format-change.ts';
import type { ObservedBackup, ObservedBackups } from '../model/observed-backups.ts';
import { BackupObserver } from '../observe/backups.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Command, CommandContext } from './command.ts';
import { askBackup } from './control-client.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { hintedCommand } from './hinted-command.ts';
import { findBackup, listBackups, type BackupPlace } from './find-backups.ts';
import { styled, type Output } from './output.ts';
import { ago, localTime } from '../status/times.ts';

/** A network disk may take its time when a person waits. */
const DEADLINE = 20_000;

interface Listed extends BackupPlace {
  readonly found: ObservedBackups;
}

async function show({ settings, output }: CommandContext): Promise<number> {
  const observer = new BackupObserver(() => systemClock.now(), DEADLINE);
  const backups: Listed[] = [];
  for (const place of await listBackups(settings))
    backups.push({ ...place, found: await observer.look(place.directory) });
  if (settings.json) {
    const listed = backups.map(({ key, directory, found }) => ({ key, directory, ...found }));
    output.write(`${JSON.stringify({ backups: listed }, undefined, 2)}\n`);
  } else if (backups.length === 0) output.write('no Backup in the desired state\n');
  else for (const backup of backups) output.write(backupText(backup, output, systemClock.now()));
  return EXIT.done;
}

function backupText({ key, directory, found, verify }: Listed, output: Output, now: number): string {
  const head = `${styled(output, 'bold', key ?? '')}  ${directory}\n`;
  if (found.state === 'missing') return `${head}  ${styled(output, 'red', 'not there: is its disk mounted?')}\n`;
  if (found.state === 'unreadable') return `${head}  ${styled(output, 'red', found.error)}\n`;
  const lines = [
    ...found.complete.map((backup) => ({ name: backup.name, text: lineOf(backup, verify, output, now) })),
    ...found.failed.map((name) => ({ name, text: `${name}  ${styled(output, 'red', 'damaged')}` })),
  ].sort((a, b) => (a.name < b.name ? 1 : -1));
  const none = lines.length === 0 ? '  none yet\n' : '';
  const left = found.leftovers.map((entry) => `  ${styled(output, 'dim', `${entry} (unfinished)`)}\n`);
  return `${head}${none}${lines.map(({ text }) => `  ${text}\n`).join('')}${left.join('')}`;
}

function lineOf(backup: ObservedBackup, verify: boolean, output: Output, now: number): string {
  const { name, startedAt, finishedAt, bytes, newBytes, isVerified, hasGrafana } = backup;
  const time = new Date(startedAt).toISOString();
  const state = isVerified
    ? styled(output, 'green', 'read back')
    : verify
      ? styled(output, 'yellow', 'not read back')
      : '';
  const size = `${formatSize(bytes)} (${formatSize(newBytes)} new)`;
  const parts = hasGrafana ? ['with Grafana'] : [];
  const took = `took ${formatDuration(finishedAt - startedAt)}`;
  return [name, `${localTime(time)} (${ago(time, now)})`, size, took, ...parts, state].filter(Boolean).join('  ');
}

async function makeNow({ settings, output }: CommandContext, wanted: string): Promise<number> {
  const { key, name } = await findBackup(settings, wanted);
  if (key === undefined) throw new UsageError('backup now takes the name of a Backup');
  if (!(await askBackup(settings.stateDirectory, name)))
    throw new CommandError(
      `no operator runs on ${settings.stateDirectory} that could make a backup; start it with bastion run, or name its state directory with --state`,
    );
  if (settings.json) output.write(`${JSON.stringify({ key, asked: true }, undefined, 2)}\n`);
  else output.write(`${key} is made now; see how it goes with: ${hintedCommand('status', settings.given)}\n`);
  return EXIT.done;
}

export const command: Command = (context) => {
  const [what, name] = context.positionals;
  if (what === undefined) return show(context);
  if (what !== 'now') throw new UsageError(`unknown argument ${what}; did you mean bastion backup now ${what}?`);
  if (name === undefined) throw new UsageError('back up what? For example: bastion backup now nightly');
  return makeNow(context, name);
};
