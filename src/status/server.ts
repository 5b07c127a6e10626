import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { beginListening, boundPort, endListening, harden, REQUEST_LIMITS } from './listening.ts';
import { isLoopback } from './loopback.ts';
import { requestHandler, type StatusSource } from './request-handler.ts';
import { shortSocketPath } from './socket-path.ts';

/** Where to listen: an address with a port (0: any free one), or the path of a Unix socket (made with mode 0600). */
export type ListenOn = { readonly host: string; readonly port: number } | { readonly socket: string };

export interface StatusServer {
  /** `127.0.0.1:9479`, or the socket's path. */
  readonly address: string;
  /** Stops listening, drops open connections and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves status, metrics and probes. Read-only, except that a Unix socket also takes `POST /api/v1/reconcile`,
 * `POST /api/v1/retry?key=Kind/name`, `POST /api/v1/renew?name=NAME` and `POST /api/v1/backup?name=NAME`.
 * A stale socket is replaced: the state directory's lock has made sure that no other operator uses it.
 * Rejects with the system's error when it cannot listen.
 */
export async function createStatusServer(source: StatusSource, on: ListenOn): Promise<StatusServer> {
  const control = 'socket' in on;
  const handle = requestHandler(source, { control, loopback: !control && isLoopback(on.host) });
  const server = createServer(REQUEST_LIMITS, (request, response) => void handle(request, response));
  harden(server);
  const socket = control ? shortSocketPath(on.socket) : undefined;
  try {
    if (control) rmSync(on.socket, { force: true });
    await beginListening(server, control ? { path: socket?.path ?? on.socket } : on);
    if (control) chmodSync(on.socket, 0o600);
  } catch (error) {
    server.close();
    socket?.close();
    throw error;
  }
  return {
    address: control ? on.socket : `${on.host}:${boundPort(server)}`,
    async close() {
      await endListening(server);
      // Only now: closing removes the socket's file through this path.
      socket?.close();
      if (control) rmSync(on.socket, { force: true });
    },
  };
}
