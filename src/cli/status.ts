import { systemClock } from '../runtime/clock.ts';
import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { obtainStatus } from './obtain-status.ts';
import { shownDirectory } from './shown-directory.ts';
import { statusText } from './status-text.ts';

export const command: Command = async ({ settings, output }) => {
  const status = await obtainStatus(settings, systemClock);
  if (settings.json) output.write(`${JSON.stringify(status, undefined, 2)}\n`);
  else output.write(statusText(status, shownDirectory(settings.desiredDirectory), output, systemClock.now()));
  return EXIT.done;
};
