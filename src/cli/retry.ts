import { parseKey } from '../model/key.ts';
import type { Command } from './command.ts';
import { askRetry } from './control-client.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';

export const command: Command = async ({ settings, positionals, output }) => {
  const key = positionals[0];
  if (key === undefined) throw new UsageError('retry what? For example: bastion retry Container/web');
  if (parseKey(key) === undefined)
    throw new UsageError(`${key} is not a resource; write Kind/name, e.g. Container/web`);
  const forgotten = await askRetry(settings.stateDirectory, key);
  if (forgotten === undefined)
    throw new CommandError(
      `no operator runs on ${settings.stateDirectory} that could try ${key} again; start it with bastion run, or name its state directory with --state`,
    );
  if (settings.json) output.write(`${JSON.stringify({ key, forgotten }, undefined, 2)}\n`);
  else if (forgotten.length === 0)
    output.write(
      `${key} is looked at again now; no failure kept it back (gates, consents and holds stay as they are)\n`,
    );
  else output.write(`${key} is tried again now; forgotten: ${forgotten.join(', ')}\n`);
  return EXIT.done;
};
