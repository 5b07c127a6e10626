import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { FakeQueryLog } from './fake-query-log.ts';

export interface FakeAdGuardOptions {
  /** Milliseconds since the epoch; AdGuard's own clock. */
  readonly now: () => number;
  readonly user?: { readonly name: string; readonly password: string };
  readonly sizeMemory?: number;
  readonly tls?: ServerOptions;
  /** Address to listen on; default: loopback. */
  readonly host?: string;
}

const ATTEMPTS = 5;
const FORGET_AFTER = 60_000;
const BLOCK_FOR = 15 * 60_000;

/**
 * AdGuard Home's HTTP API as far as the exporter uses it, with what hurts: paging by exact times, the login limiter by peer
 * address, cookies that alone decide, and 401 without a body.
 */
export class FakeAdGuard {
  readonly log: FakeQueryLog;
  user: FakeAdGuardOptions['user'];
  /** `POST login`, `GET querylog?limit=200`, ... in order. */
  readonly requests: string[] = [];
  readonly #options: FakeAdGuardOptions;
  readonly #answers = new Map<string, unknown>();
  readonly #cookies = new Set<string>();
  readonly #failures = new Map<string, { count: number; until: number }>();
  /** Answers instead of the API for as long as it is set; true: it has answered. */
  interfere: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(options: FakeAdGuardOptions) {
    this.#options = options;
    this.user = options.user;
    this.log = new FakeQueryLog(options.sizeMemory ?? 1000);
    this.set('status', {
      version: 'v0.107.79',
      protection_enabled: true,
      running: true,
      start_time: 1_787_000_000_000,
    });
    this.set('stats', { num_dns_queries: 0 });
    this.set('stats/config', { interval: 86_400_000, enabled: true, ignored: [] });
    this.set('querylog/config', { interval: 7_776_000_000, enabled: true, anonymize_client_ip: false, ignored: [] });
    this.set('clients', { clients: null, auto_clients: null, supported_tags: [] });
    this.set('dhcp/status', { enabled: false, leases: [], static_leases: [] });
    this.set('filtering/status', { filters: null, whitelist_filters: null, user_rules: [], enabled: true });
    this.set('blocked_services/all', { blocked_services: [], groups: [] });
  }

  get #host(): string {
    return this.#options.host ?? '127.0.0.1';
  }

  get url(): string {
    return `http${this.#options.tls === undefined ? '' : 's'}://${this.#host}:${this.#port}`;
  }

  /** What a call answers. */
  set(path: string, value: unknown): void {
    this.#answers.set(path, value);
  }

  /** Whether logins from this host are blocked. */
  get blocks(): boolean {
    const failure = this.#failures.get('127.0.0.1');
    return failure !== undefined && failure.count >= ATTEMPTS && failure.until > this.#options.now();
  }

  /** Sessions end, as when sessions.db is lost. */
  forgetCookies(): void {
    this.#cookies.clear();
  }

  async start(): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse): void => this.#handle(request, response);
    const server =
      this.#options.tls === undefined ? createPlainServer(handle) : createTlsServer(this.#options.tls, handle);
    this.#server = server;
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.#port, this.#host, resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** It can be started again on the same port. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = (request.url ?? '').replace(/^\/control\//, '');
      this.requests.push(`${request.method} ${path}`);
      response.sendDate = false;
      response.setHeader('Date', new Date(this.#options.now()).toUTCString());
      if (this.interfere?.(request, response) === true) return;
      if (request.method === 'POST' && path === 'login') this.#logIn(Buffer.concat(chunks).toString(), response);
      else if (!this.#isKnown(request)) response.writeHead(401).end();
      else this.#answer(path, response);
    });
  }

  #answer(path: string, response: ServerResponse): void {
    const [name = '', query = ''] = path.split('?', 2);
    const parameters = new URLSearchParams(query);
    const answer = name === 'querylog' ? this.log.search(parameters) : this.#answers.get(name);
    if (answer === undefined) response.writeHead(404).end('404 page not found\n');
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  }

  #isKnown(request: IncomingMessage): boolean {
    const cookie = /agh_session=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
    return this.user === undefined || (cookie !== undefined && this.#cookies.has(cookie));
  }

  #logIn(body: string, response: ServerResponse): void {
    const now = this.#options.now();
    const failure = this.#failures.get('127.0.0.1');
    if (this.blocks && failure !== undefined) {
      response.writeHead(429, { 'Retry-After': String(Math.ceil((failure.until - now) / 1000)) }).end();
      return;
    }
    const { name, password } = JSON.parse(body) as { name: string; password: string };
    if (name !== this.user?.name || password !== this.user.password) {
      const count = failure === undefined || failure.until <= now ? 1 : failure.count + 1;
      this.#failures.set('127.0.0.1', { count, until: now + (count >= ATTEMPTS ? BLOCK_FOR : FORGET_AFTER) });
      response.writeHead(403).end('invalid username or password\n');
      return;
    }
    this.#failures.delete('127.0.0.1');
    const cookie = (0xabc000 + this.#cookies.size + this.requests.length * 4096).toString(16);
    this.#cookies.add(cookie);
    response.writeHead(200, { 'Set-Cookie': `agh_session=${cookie}; Path=/; HttpOnly; SameSite=Lax` }).end('OK\n');
  }
}
