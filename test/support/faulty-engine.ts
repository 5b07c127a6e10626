import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FaultyRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** How many requests this connection has brought, this one included. */
  readonly onConnection: number;
}

export type Script = (request: FaultyRequest, response: ServerResponse) => void;

/** An HTTP server on a unix socket that answers each route as it is told to, well or badly. */
export class FaultyEngine {
  /** `GET /containers/json` ... in the order of arrival, with the API version stripped. */
  readonly calls: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly path: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #scripts = new Map<string, Script>();
  readonly #counts = new WeakMap<Socket, number>();

  private constructor(directory: string) {
    this.#directory = directory;
    this.path = join(directory, 'engine.sock');
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => this.sockets.delete(socket));
    });
  }

  static async start(): Promise<FaultyEngine> {
    const engine = new FaultyEngine(await mkdtemp(join(tmpdir(), 'faulty-engine-')));
    await new Promise<void>((resolve) => engine.#server.listen(engine.path, resolve));
    return engine;
  }

  get host(): string {
    return `unix://${this.path}`;
  }

  /** Scripts one route: `POST /images/create`. Every other one answers 501. */
  on(route: string, script: Script): void {
    this.#scripts.set(route, script);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const count = (this.#counts.get(request.socket) ?? 0) + 1;
    this.#counts.set(request.socket, count);
    const url = new URL(request.url ?? '/', 'http://engine');
    const path = url.pathname.replace(/^\/v1\.41/, '');
    const route = `${request.method ?? ''} ${path}`;
    this.calls.push(route);
    let body = '';
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return; // The client left in the middle of its request.
    }
    const script = this.#scripts.get(route);
    if (script === undefined) json(501, { message: `no script for ${route}` })({} as FaultyRequest, response);
    else script({ path, query: url.searchParams, body, onConnection: count }, response);
  }
}

/** A well-formed answer. */
export function json(statusCode: number, value: unknown): Script {
  return (_request, response) => {
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

/** A body as it is. */
export function text(statusCode: number, body: string | Buffer): Script {
  return (_request, response) => void response.writeHead(statusCode).end(body);
}

/** No body. */
export function empty(statusCode: number): Script {
  return (_request, response) => void response.writeHead(statusCode).end();
}

/** Announces a longer body than it sends, then drops the connection. */
export function truncated(body: string): Script {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': body.length + 100 });
    response.write(body, () => response.socket?.destroy());
  };
}

/** Begins a body and never goes on. */
export function stalled(body: string): Script {
  return (_request, response) => {
    response.writeHead(200);
    response.write(body);
  };
}

/** Takes the request and says nothing. */
export function silent(): Script {
  return () => undefined;
}

/** Drops the connection without an answer. */
export function dropped(): Script {
  return (_request, response) => void response.socket?.destroy();
}

/** Sends pieces one after the other, each in a chunk of its own, then ends well or drops the connection. */
export function chunks(pieces: readonly (string | Buffer)[], then: 'end' | 'drop' | 'stay'): Script {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const next = (index: number): void => {
      const piece = pieces[index];
      if (piece !== undefined) response.write(piece, () => setImmediate(next, index + 1));
      else if (then === 'end') response.end();
      else if (then === 'drop') response.socket?.destroy();
    };
    response.flushHeaders();
    next(0);
  };
}
