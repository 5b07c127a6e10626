import type { CommandReceiver } from '../../model/notification-spec.ts';
import { genericBody } from '../format/generic.ts';
import { notificationVariables } from '../format/variables.ts';
import type { Attempt } from './attempt.ts';
import { findProgram } from './find-program.ts';
import { runProgram } from './run-program.ts';

/** The operator's own environment may hold what is none of the command's business. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Delivery to commands: the notification as JSON on standard input and as variables. Exit code 0 means delivered;
 * everything else is tried again.
 *
 * @param directory where the commands are
 * @param user id of the operator's own user
 */
export function createSendCommand({
  directory,
  user,
}: {
  readonly directory: string;
  readonly user: number;
}): Attempt<CommandReceiver> {
  return async ({ command: [name, ...args], timeout }, notification, signal) => {
    const found = await findProgram(directory, name, user);
    if ('problem' in found) return { type: 'later', reason: found.problem };
    const end = await runProgram({
      path: found.path,
      args,
      env: { PATH, ...notificationVariables(notification) },
      input: `${JSON.stringify(genericBody(notification))}\n`,
      timeout,
      signal,
    });
    switch (end.type) {
      case 'timeout':
        return { type: 'later', reason: `${name} was killed: it did not end within ${timeout / 1000} s` };
      case 'unstartable':
        return { type: 'later', reason: `${found.path} cannot be started (${end.code})` };
      case 'exited':
        if (end.code === 0) return { type: 'sent' };
        return {
          type: 'later',
          reason: end.signal === null ? `${name} ended with ${end.code}` : `${name} was ended by ${end.signal}`,
        };
    }
  };
}
