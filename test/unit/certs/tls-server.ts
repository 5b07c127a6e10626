import { connect, createServer as createPlainServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

export interface RunningServer {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a TLS server that says nothing and keeps its connections. */
export function startTls(options: TlsOptions): Promise<RunningServer> {
  const server = createServer(options, (socket) => socket.on('error', () => undefined).resume());
  server.on('tlsClientError', () => undefined);
  return start(server);
}

/** Starts a server without TLS. */
export function startPlain(answer: (socket: Socket) => void): Promise<RunningServer> {
  return start(createPlainServer((socket) => answer(socket.resume())));
}

/** Starts a server that passes everything on to another one on this host, so many milliseconds after the connection. */
export function startBefore(port: number, delay: number): Promise<RunningServer> {
  return startPlain((socket) => {
    socket.pause();
    const other = connect(port, '127.0.0.1').on('error', () => socket.destroy());
    const timer = setTimeout(() => socket.pipe(other).pipe(socket), delay);
    socket.on('close', () => {
      clearTimeout(timer);
      other.destroy();
    });
  });
}

/** A port at which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await startPlain(() => undefined);
  await server.stop();
  return server.port;
}

async function start(server: Server): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
