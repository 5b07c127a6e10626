import { loadDesiredState } from '../desired/load.ts';
import { openedFileProblem } from '../desired/policy/notification-files.ts';
import type { AttemptResult } from '../notify/deliver/attempt.ts';
import { createAttempt } from '../notify/open-notifier.ts';
import { testNotification } from '../notify/test-notification.ts';
import type { TestResults } from '../notify/notifier.ts';
import type { MountWatch } from '../observe/mounts/mount-watch.ts';
import { systemClock } from '../runtime/clock.ts';
import { withMountWatch } from './answering-mounts.ts';
import type { Settings } from './arguments.ts';
import type { Command } from './command.ts';
import { askNotificationTest } from './control-client.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { styled, type Output } from './output.ts';
import { readingOptions } from './reading-options.ts';
import { reservedPlaces } from './reserved-places.ts';

const NOBODY =
  'no receiver of notifications is configured, so nobody is told anything: name one in the Bastion, spec.notifications.receivers (docs/notifications.md)';

/**
 * Sends by this process, as the user who typed the command: an operator may be allowed less, or more.
 *
 * @param onSend called before anything is sent, where there is somebody to send it to
 */
async function sendDirectly(
  settings: Settings,
  name: string | undefined,
  {
    signal,
    mounts,
    onSend,
  }: { readonly signal: AbortSignal; readonly mounts: MountWatch; readonly onSend: () => void },
): Promise<TestResults> {
  const { root, notifyCommands } = settings;
  const desired = await mounts.readWith((silenceAt) => loadDesiredState(readingOptions(settings, silenceAt)));
  const { receivers = [], link } = desired.bastion.notifications ?? {};
  const wanted = receivers.filter((receiver) => name === undefined || receiver.name === name);
  if (wanted.length === 0 && !desired.complete) {
    const which = name === undefined ? '' : ` ${name}`;
    throw new CommandError(
      `the desired state is invalid, and names no receiver${which} as far as it can be read; see: bastion validate`,
    );
  }
  if (name !== undefined && wanted.length === 0) throw new CommandError(`the Bastion names no receiver ${name}`);
  if (wanted.length > 0) onSend();
  const look = {
    root,
    reserved: reservedPlaces(settings),
    bastion: desired.bastion,
    silenceAt: mounts.silenceAt.bind(mounts),
  };
  const attempt = createAttempt({
    root,
    commandDirectory: notifyCommands,
    judge: (path, opened, isPublic) => openedFileProblem(path, opened, isPublic, look),
    mounts,
    now: () => systemClock.now(),
  });
  const notification = testNotification({ instance: desired.instance, at: systemClock.now(), link });
  const results = wanted.map(
    async (receiver) => [receiver.name, await attempt(receiver, notification, signal)] as const,
  );
  return Object.fromEntries(await Promise.all(results));
}

function resultLine([name, result]: readonly [string, AttemptResult], output: Output): string {
  if (result.type === 'sent') return `${styled(output, 'green', '=')} ${name} took it\n`;
  return `${styled(output, 'red', 'x')} ${name}: ${result.reason}\n`;
}

export const command: Command = async ({ settings, positionals, output, errors, signal }) => {
  const [what, name] = positionals;
  if (what === undefined) throw new UsageError('notify what? For example: bastion notify test');
  if (what !== 'test') throw new UsageError(`unknown argument ${what}; did you mean bastion notify test ${what}?`);
  const told = await askNotificationTest(settings.stateDirectory, name);
  const onSend = (): void => {
    if (!settings.json)
      errors.write('no operator runs: sent by this command itself, with the rights of who typed it\n');
  };
  const results = told ?? (await withMountWatch((mounts) => sendDirectly(settings, name, { signal, mounts, onSend })));
  const entries = Object.entries(results);
  if (settings.json) output.write(`${JSON.stringify({ byOperator: told !== undefined, results }, undefined, 2)}\n`);
  else if (entries.length === 0) throw new CommandError(NOBODY);
  else for (const entry of entries) output.write(resultLine(entry, output));
  return entries.length > 0 && entries.every(([, { type }]) => type === 'sent') ? EXIT.done : EXIT.failed;
};
