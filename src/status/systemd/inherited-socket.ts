import { writeSync } from 'node:fs';

/** Sends one datagram; false when it could not be taken (a full queue, or nobody there). Never blocks. */
export type SendDatagram = (datagram: string | Buffer) => boolean;

/**
 * The connected datagram socket that `bin/under-systemd` left open for us under the number in an environment variable.
 *
 * Node can neither open nor send on a Unix datagram socket, but a write(2) on one that is connected is a send(2). That is
 * one system call of this very process: no child whose start can fail when memory is short, no `systemd-notify` that exits
 * before systemd has looked up whose child it is, and `NotifyAccess=main` is enough.
 *
 * @returns undefined when there is none
 */
export function inheritedSocket(environment: NodeJS.ProcessEnv, variable: string): SendDatagram | undefined {
  const text = environment[variable] ?? '';
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const descriptor = Number(text);
  return (datagram) => {
    try {
      writeSync(descriptor, typeof datagram === 'string' ? Buffer.from(datagram) : datagram);
      return true;
    } catch (error) {
      // What goes wrong here (EAGAIN, ECONNREFUSED, EMSGSIZE) is systemd's side, and no reason to end.
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  };
}
