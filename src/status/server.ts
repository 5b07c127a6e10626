import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyOf, parseKey, type Key } from '../model/key.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { Probe } from './liveness.ts';
import { shortSocketPath } from './socket-path.ts';
import { statusJson } from './status-json.ts';

/** What the server shows. Every function may be called at any time. */
export interface StatusSource {
  snapshot(): StatusSnapshot;
  metrics(): Promise<string>;
  live(): Probe;
  ready(): Probe;
  /** Asks for a full pass soon. Reached over the control socket only. */
  reconcile(): void;
  /** Tries a resource again: what was forgotten, in words; undefined: no such resource. Over the control socket only. */
  retry(key: Key): readonly string[] | undefined;
}

/** Where to listen: an address with a port (0: any free one), or the path of a Unix socket (made with mode 0600). */
export type ListenOn = { readonly host: string; readonly port: number } | { readonly socket: string };

export interface StatusServer {
  /** `127.0.0.1:9479`, or the socket's path. */
  readonly address: string;
  /** Stops listening, drops open connections and removes the socket. */
  close(): Promise<void>;
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

const INDEX = `bastion

/livez           whether the loop beats
/readyz          whether desired state and engine have been compared
/metrics         Prometheus metrics
/api/v1/status   status as JSON (on a terminal: bastion status)
`;

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

function probeAnswer(probe: Probe): Answer {
  return { code: probe.ok ? 200 : 503, type: TEXT, body: `${probe.ok ? 'ok' : 'not ok'}: ${probe.reason}\n` };
}

async function answerGet(path: string, source: StatusSource): Promise<Answer> {
  switch (path) {
    case '/':
      return { code: 200, type: TEXT, body: INDEX };
    case '/livez':
      return probeAnswer(source.live());
    case '/readyz':
      return probeAnswer(source.ready());
    case '/metrics':
      return { code: 200, type: EXPOSITION, body: await source.metrics() };
    case '/api/v1/status':
      return { code: 200, type: JSON_TYPE, body: `${JSON.stringify(statusJson(source.snapshot(), true))}\n` };
    default:
      return { code: 404, type: TEXT, body: 'not found; see / for what there is\n' };
  }
}

/** `?key=Kind/name` */
function answerRetry(query: string, source: StatusSource): Answer {
  const key = new URLSearchParams(query).get('key') ?? '';
  const parsed = parseKey(key);
  if (parsed === undefined) return { code: 400, type: TEXT, body: 'which resource? ?key=Kind/name\n' };
  const forgotten = source.retry(keyOf(parsed.kind, parsed.name));
  if (forgotten === undefined) return { code: 404, type: TEXT, body: `the desired state has no ${key}\n` };
  return { code: 202, type: JSON_TYPE, body: `${JSON.stringify({ accepted: true, forgotten })}\n` };
}

/** A page in somebody's browser may reach loopback under a name of its own (DNS rebinding): only our names count there. */
function isForeignHost(host: string | undefined): boolean {
  return host === undefined || !/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function send(response: ServerResponse, answer: Answer, head: boolean, more: Record<string, string> = {}): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.code, { ...HEADERS, ...more, 'Content-Type': answer.type, 'Content-Length': body.length });
  response.end(head ? undefined : body);
}

function handler(source: StatusSource, options: { control: boolean; loopback: boolean }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const head = request.method === 'HEAD';
    // Nothing here takes a body: whatever comes is not read, and the connection ends with the answer.
    const hasBody = request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers;
    const more: Record<string, string> = hasBody ? { Connection: 'close' } : {};
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    try {
      if (options.loopback && isForeignHost(request.headers.host))
        send(response, { code: 421, type: TEXT, body: 'this server answers to localhost only\n' }, head, more);
      else if (options.control && request.method === 'POST' && path === '/api/v1/reconcile') {
        source.reconcile();
        send(response, { code: 202, type: JSON_TYPE, body: '{"accepted":true}\n' }, false, more);
      } else if (options.control && request.method === 'POST' && path === '/api/v1/retry')
        send(response, answerRetry(query, source), false, more);
      else if (request.method !== 'GET' && !head)
        send(response, { code: 405, type: TEXT, body: 'only GET\n' }, false, { ...more, Allow: 'GET, HEAD' });
      else send(response, await answerGet(path, source), head, more);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else send(response, { code: 500, type: TEXT, body: `fault of bastion: ${message}\n` }, head, more);
    }
  };
}

function listen(server: Server, on: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = (): void => {
      server.off('error', reject);
      resolve();
    };
    server.listen(on, done);
  });
}

/**
 * Serves status, metrics and probes. Read-only, except that a Unix socket also takes `POST /api/v1/reconcile`
 * and `POST /api/v1/retry?key=Kind/name`.
 * A stale socket is replaced: the state directory's lock has made sure that no other operator uses it.
 * Rejects with the system's error when it cannot listen.
 */
export async function createStatusServer(source: StatusSource, on: ListenOn): Promise<StatusServer> {
  const control = 'socket' in on;
  const loopback = !control && /^(localhost|127\.|::1$)/.test(on.host);
  const handle = handler(source, { control, loopback });
  const server = createServer(
    {
      maxHeaderSize: 8192,
      headersTimeout: 5000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 5000,
    },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = 64;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  const socket = control ? shortSocketPath(on.socket) : undefined;
  try {
    if (control) rmSync(on.socket, { force: true });
    await listen(server, control ? { path: socket?.path ?? on.socket } : on);
    if (control) chmodSync(on.socket, 0o600);
  } catch (error) {
    server.close();
    socket?.close();
    throw error;
  }
  // From here on an error of the listening socket (too many open files) must not end the process.
  server.on('error', () => undefined);
  const bound = server.address();
  const address = control ? on.socket : `${on.host}:${(bound as AddressInfo).port}`;
  return {
    address,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      // Only now: closing removes the socket's file through this path.
      socket?.close();
      if (control) rmSync(on.socket, { force: true });
    },
  };
}
