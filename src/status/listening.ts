import type { Server, ServerOptions } from 'node:http';

/** Limits of every server: small requests, and nobody holds a connection without asking something. */
export const REQUEST_LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 5000,
} as const satisfies ServerOptions;

const MOST_CONNECTIONS = 64;

/** What both kinds of server can do. */
export type AnyServer = Pick<Server, 'listen' | 'once' | 'off' | 'on' | 'close' | 'closeAllConnections' | 'address'> & {
  maxConnections: number;
};

/** Whether a client spoke, and what it said was no request; a failed handshake leaves nobody to answer to. */
function isBadRequest(error: Error): boolean {
  return 'code' in error && /^(HPE_|ERR_HTTP_)/.test(String(error.code));
}

/** Sets what every server has; once, before it listens. */
export function harden(server: AnyServer): void {
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', (error: Error, socket) => {
    if (socket.writable && isBadRequest(error))
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
}

/** Begins to listen. Rejects with the system's error; afterwards an error of the listening socket ends nothing. */
export async function beginListening(
  server: AnyServer,
  on: { host: string; port: number } | { path: string },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(on, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // From here on an error of the listening socket (too many open files) must not end the process.
  server.on('error', () => undefined);
}

/** Stops listening and drops open connections. */
export async function endListening(server: AnyServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** The port that a server got; 0 for a Unix socket. */
export function boundPort(server: AnyServer): number {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}
