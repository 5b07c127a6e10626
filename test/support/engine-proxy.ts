import {
  createServer,
  request,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

/** One request that passed (or was to pass) from the operator to the engine. */
export interface ProxiedRequest {
  readonly method: string;
  /** Without the API version. */
  readonly path: string;
  readonly mutates: boolean;
  /** Counts from 1; of mutating requests only, 0 for others. */
  readonly ordinal: number;
  /** Counts all requests from 1. */
  readonly position: number;
}

/** What a test does to a request: `refuse` answers nothing and drops the connection. */
export interface Interference {
  /** Before it is forwarded. */
  readonly before?: (request: ProxiedRequest) => Promise<'forward' | 'refuse'> | 'forward' | 'refuse';
  /** After the engine did what it was asked, before the operator hears of it. */
  readonly after?: (request: ProxiedRequest) => Promise<'answer' | 'refuse'> | 'answer' | 'refuse';
  /** Sent instead of any answer. */
  readonly garbage?: (request: ProxiedRequest) => string | undefined;
}

/** Address of an engine for node's http. */
export function engineAddress(host: string): RequestOptions {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  const url = new URL(host.replace(/^tcp:/, 'http:'));
  return { host: url.hostname, port: url.port === '' ? 2375 : url.port };
}

/** An HTTP proxy on a Unix socket between operator and engine, so that tests can come between any two calls. */
export class EngineProxy {
  readonly host: string;
  /** All that the operator asked for. */
  readonly requests: ProxiedRequest[] = [];
  interference: Interference = {};
  readonly #engine: string;
  readonly #socketPath: string;
  readonly #connections = new Set<Socket>();
  readonly #streams = new Set<ServerResponse>();
  #server: Server | undefined;
  #mutations = 0;

  constructor(engine: string, socketPath: string) {
    this.#engine = engine;
    this.#socketPath = socketPath;
    this.host = `unix://${socketPath}`;
  }

  get mutations(): string[] {
    return this.requests.filter(({ mutates }) => mutates).map(({ method, path }) => `${method} ${path}`);
  }

  /** Takes requests (again). */
  async open(): Promise<void> {
    const server = createServer((incoming, outgoing) => void this.#handle(incoming, outgoing));
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.#socketPath, resolve));
    this.#server = server;
  }

  /** Gone, as a stopped engine: no socket, all connections dropped. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  /** Ends every open event stream, as a restarting proxy or an idle timeout does; returns how many. */
  cutEventStreams(): number {
    const streams = [...this.#streams];
    for (const stream of streams) stream.destroy();
    return streams.length;
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const method = incoming.method ?? 'GET';
    const path = (incoming.url ?? '/').replace(/^\/v[0-9.]+/, '');
    const mutates = method !== 'GET' && method !== 'HEAD';
    if (mutates) this.#mutations += 1;
    const asked: ProxiedRequest = {
      method,
      path,
      mutates,
      ordinal: mutates ? this.#mutations : 0,
      position: this.requests.length + 1,
    };
    this.requests.push(asked);
    const { before, after, garbage } = this.interference;
    if ((await before?.(asked)) === 'refuse') return void incoming.socket.destroy();
    const nonsense = garbage?.(asked);
    if (nonsense !== undefined)
      return void outgoing.writeHead(200, { 'Content-Type': 'application/json' }).end(nonsense);

    const forwarded = request(
      {
        ...engineAddress(this.#engine),
        method,
        path: incoming.url ?? '/',
        headers: incoming.headers,
        agent: false,
      },
      (answer) => {
        if (path.startsWith('/events')) return this.#stream(answer, outgoing);
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => outgoing.destroy());
        answer.on('end', () => {
          void Promise.resolve(after?.(asked)).then((verdict) => {
            if (verdict === 'refuse') return void incoming.socket.destroy();
            outgoing.writeHead(answer.statusCode ?? 500, headersOf(answer)).end(Buffer.concat(chunks));
          });
        });
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  }

  #stream(answer: IncomingMessage, outgoing: ServerResponse): void {
    this.#streams.add(outgoing);
    outgoing.on('close', () => this.#streams.delete(outgoing));
    outgoing.writeHead(answer.statusCode ?? 500, headersOf(answer));
    outgoing.flushHeaders();
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  }
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  const type = answer.headers['content-type'];
  return type === undefined ? {} : { 'Content-Type': type };
}
