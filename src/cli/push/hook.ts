import { readFileSync } from 'node:fs';
import { ReleaseError } from '../../release/errors.ts';
import { parseUpdates } from '../../release/ref-updates.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Command } from '../command.ts';
import { CommandError, EXIT, UsageError } from '../errors.ts';
import { openPushPlace } from './place.ts';
import { postReceive } from './post-receive.ts';
import { preReceive } from './pre-receive.ts';
import { createPusher } from './pusher.ts';

export const command: Command = async ({ settings, positionals, environment, signal }) => {
  const hook = positionals[0];
  if (hook !== 'pre-receive' && hook !== 'post-receive')
    throw new UsageError('which hook? git calls: bastion hook pre-receive, bastion hook post-receive');
  // The end of the connection is no reason to stop half-way.
  process.on('SIGHUP', () => undefined);
  const pusher = createPusher();
  const updates = parseUpdates(readFileSync(0, 'utf8'));
  try {
    const place = await openPushPlace(settings, systemClock, { environment, inHook: true });
    if (hook === 'pre-receive') return (await preReceive(place, updates, pusher)) ? EXIT.done : EXIT.failed;
    await postReceive(place, updates, pusher, signal);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof ReleaseError || error instanceof CommandError)) throw error;
    pusher.say(`x refused: ${error.message}`);
    return EXIT.failed;
  } finally {
    await pusher.finish(systemClock);
  }
};
