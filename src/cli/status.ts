import { systemClock } from '../runtime/clock.ts';
import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { obtainStatus } from './obtain-status.ts';
import { shownDirectory } from './shown-directory.ts';
import { statusText } from './status-text.ts';
import { withHints } from './with-hints.ts';

export const command: Command = async ({ settings, output }) => {
  const status = await obtainStatus(settings, systemClock);
  if (settings.json) output.write(`${JSON.stringify(status, undefined, 2)}\n`);
  else {
    // An operator of an earlier version does not say what it reads.
    const directory = shownDirectory(status.desiredDirectory ?? settings.desiredDirectory);
    withHints(output, settings.given).write(statusText(status, directory, output, systemClock.now()));
  }
  return EXIT.done;
};
