import { systemClock } from '../runtime/clock.ts';
import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { consentsText, gatesText, warningsText } from './gates-text.ts';
import { obtainStatus } from './obtain-status.ts';
import { withHints } from './with-hints.ts';

export const command: Command = async ({ settings, output }) => {
  const status = await obtainStatus(settings, systemClock);
  const { gates, consents, warnings, running } = status;
  if (settings.json) output.write(`${JSON.stringify({ running, gates, consents, warnings }, undefined, 2)}\n`);
  else {
    if (gates.length + consents.length === 0) output.write('no gates\n');
    output.write(gatesText(gates, output, systemClock.now()) + consentsText(consents, output));
    withHints(output, settings.given).write(warningsText(warnings, output));
    if (!running) output.write('the operator is not running\n');
  }
  return EXIT.done;
};
