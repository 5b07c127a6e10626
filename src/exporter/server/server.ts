import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { Config } from '../config/config.ts';
import type { RightOfWay } from '../right-of-way.ts';
import { TlsReloader } from '../tls/tls-reloader.ts';
import { isAllowed } from './client-names.ts';

export interface Probe {
  readonly ok: boolean;
  readonly reason: string;
}

/** What the server shows. */
export interface Pages {
  metrics(): string;
  live(): Probe;
  ready(): Probe;
  /** Bounded lists by name (`topn`): made to JSON; undefined: there is none of this name. */
  debug(name: string): unknown;
}

interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';
const INDEX = `adguard-exporter

/metrics               Prometheus metrics
/livez /readyz         probes
/debug/topn.json       most frequent clients and domains
/debug/mappings.json   addresses of domains
/debug/suspicious.json what looks suspicious, by client and zone
/debug/status.json     what is read and where it stands
`;

/** HTTPS for clients with a certificate of our authority only; its files are taken up when they change. */
export class ExporterServer {
  readonly #listen: Config['listen'];
  readonly #pages: Pages;
  readonly #way: RightOfWay;
  readonly #identity: TlsReloader<TlsIdentity>;
  /** By peer: how to tell that one that has just connected has been served. */
  readonly #connecting = new Map<string, () => void>();
  #server: Server | undefined;

  /** Who connects or asks has the right of way until the answer is sent. */
  constructor(listen: Config['listen'], pages: Pages, way: RightOfWay) {
    const { certificate, key, clientAuthority } = listen.tls;
    this.#listen = listen;
    this.#pages = pages;
    this.#way = way;
    this.#identity = new TlsReloader([certificate, key, clientAuthority], ([cert, privateKey, ca]) => {
      if (cert === undefined || privateKey === undefined || ca === undefined) throw new Error('a TLS file is missing');
      const identity = { cert, key: privateKey, ca };
      createSecureContext(identity);
      return identity;
    });
  }

  /** `127.0.0.1:9617`; undefined: not listening yet. */
  get address(): string | undefined {
    const bound = this.#server?.address() as AddressInfo | null | undefined;
    return bound === undefined || bound === null ? undefined : `${this.#listen.host}:${bound.port}`;
  }

  /** Versions of the TLS files that could not be used. */
  get refusedFiles(): number {
    return this.#identity.failures;
  }

  /**
   * Takes up TLS files that changed, and begins to listen when they are there for the first time. Rejects when they cannot
   * be used, or the address cannot be bound; what served before goes on serving.
   */
  async refresh(): Promise<void> {
    const changed = await this.#identity.refresh();
    const identity = this.#identity.made;
    if (identity === undefined) throw new Error('the TLS files cannot be used');
    if (this.#server === undefined) this.#server = await this.#start(identity);
    else if (changed) {
      this.#server.setSecureContext({ ...identity, minVersion: 'TLSv1.2' });
      // Whoever comes again shows a certificate again, to the new authority.
      this.#server.closeIdleConnections();
    }
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  async #start(identity: TlsIdentity): Promise<Server> {
    const server = createServer(
      {
        ...identity,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        handshakeTimeout: 10_000,
        maxHeaderSize: 8192,
        headersTimeout: 5000,
        requestTimeout: 10_000,
        keepAliveTimeout: 65_000,
      },
      (request, response) => {
        const end = this.#way.begin();
        response.once('close', () => {
          end();
          this.#connecting.get(peerOf(request.socket))?.();
        });
        this.#handle(request, response);
      },
    );
    server.maxConnections = 16;
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      const end = this.#way.begin();
      this.#connecting.set(peer, end);
      socket.once('close', () => {
        end();
        if (this.#connecting.get(peer) === end) this.#connecting.delete(peer);
      });
    });
    server.on('clientError', (_error, socket) => void socket.destroy());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#listen.port, this.#listen.host, resolve);
    });
    // From here on an error of the listening socket must not end the process.
    server.on('error', () => undefined);
    return server;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const names = (request.socket as TLSSocket).getPeerCertificate().subjectaltname;
    const answer = (status: number, type: string, text: string): void => {
      const body = Buffer.from(text);
      response.writeHead(status, {
        'Content-Type': type,
        'Content-Length': body.length,
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const probe = ({ ok, reason }: Probe): void => answer(ok ? 200 : 503, TEXT, `${ok ? 'ok' : 'not ok'}: ${reason}\n`);
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, TEXT, 'only GET\n');
      else if (path === '/livez') probe(this.#pages.live());
      else if (path === '/readyz') probe(this.#pages.ready());
      else if (!isAllowed(names, this.#listen.allowedClients))
        answer(403, TEXT, 'no name of your certificate is in listen.allowedClients\n');
      else if (path === '/') answer(200, TEXT, INDEX);
      else if (path === '/metrics') answer(200, EXPOSITION, this.#pages.metrics());
      else this.#debug(path, answer);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else answer(500, TEXT, `fault of the exporter: ${message}\n`);
    }
  }

  #debug(path: string, answer: (status: number, type: string, text: string) => void): void {
    const name = /^\/debug\/([a-z]+)\.json$/.exec(path)?.[1];
    const value = name === undefined ? undefined : this.#pages.debug(name);
    if (value === undefined) answer(404, TEXT, 'not found; see / for what there is\n');
    else answer(200, JSON_TYPE, `${JSON.stringify(value)}\n`);
  }
}

/** The socket of a request is not the one that was accepted, but both tell the same peer. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
