import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { beginListening, endListening, harden, REQUEST_LIMITS } from './listening.ts';
import { pushHandler, type PushSource } from './push-handler.ts';
import { shortSocketPath } from './socket-path.ts';

export interface PushServer {
  /** Stops listening and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens on the push socket, mode 0660. A stale one is replaced, one that another operator answers on is not.
 * Rejects with the system's error when it cannot listen.
 *
 * @param on.give gives it to the group that may use it; undefined: that of the directory or of the process
 */
export async function createPushServer(
  source: PushSource,
  on: { readonly path: string; readonly give: ((path: string) => Promise<void>) | undefined },
): Promise<PushServer> {
  mkdirSync(dirname(on.path), { recursive: true, mode: 0o755 });
  const socket = shortSocketPath(on.path);
  const handle = pushHandler(source);
  const server = createServer(REQUEST_LIMITS, (request, response) => void handle(request, response));
  harden(server);
  try {
    if (await isAnswered(socket.path)) throw new Error(`another operator listens on ${on.path}`);
    rmSync(on.path, { force: true });
    await beginListening(server, { path: socket.path });
    // The group before the mode: at no moment may another group use it.
    await on.give?.(on.path);
    chmodSync(on.path, 0o660);
  } catch (error) {
    await endListening(server);
    socket.close();
    throw error;
  }
  return {
    async close() {
      await endListening(server);
      socket.close();
      rmSync(on.path, { force: true });
    },
  };
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path);
    const answer = (alive: boolean): void => {
      connection.destroy();
      resolve(alive);
    };
    connection.once('connect', () => answer(true));
    connection.once('error', () => answer(false));
  });
}
