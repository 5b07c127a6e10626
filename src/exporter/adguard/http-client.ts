import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { ClientTls } from '../config/config.ts';
import { TlsReloader } from '../tls/tls-reloader.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** From the root, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Most bytes that the answer may have. */
  readonly most: number;
}

/** A call that has no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether the server surely did not see the request. */
  readonly unreached: boolean;

  constructor(message: string, unreached: boolean) {
    super(message);
    this.unreached = unreached;
  }
}

const UNREACHED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|.*CERT.*|ERR_TLS_.*|ERR_SSL_.*|EPROTO)$/;

/** HTTP to one server with a deadline and a bounded answer; over TLS with files that are read again when they change. */
export class HttpClient {
  readonly #base: URL;
  readonly #timeout: number;
  readonly #agents: TlsReloader<Agent>;
  #started = false;

  /** `timeout` in milliseconds holds for a whole call. */
  constructor(base: string, timeout: number, tls: ClientTls = {}) {
    this.#base = new URL(base);
    this.#timeout = timeout;
    const files = [tls.authority, tls.certificate, tls.key];
    this.#agents = new TlsReloader(
      files.filter((path) => path !== undefined),
      (contents) => {
        const rest = [...contents];
        const [ca, cert, key] = files.map((path) => (path === undefined ? undefined : rest.shift()));
        const identity = {
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined || key === undefined ? {} : { cert, key }),
          ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
        };
        // Says what is wrong with the files now, not at the first connection.
        createSecureContext(identity);
        return new Agent({ ...identity, keepAlive: true, maxSockets: 2, minVersion: 'TLSv1.2' });
      },
    );
  }

  /** Rejects with NoAnswer when there is none within the deadline, or it is too long. */
  async call(call: HttpCall): Promise<HttpAnswer> {
    const agent = this.#base.protocol === 'https:' ? await this.#agent() : undefined;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        const message =
          error.name === 'TimeoutError' || error.name === 'AbortError' ? 'no answer in time' : error.message;
        reject(new NoAnswer(`${this.#base.host}: ${message}`, UNREACHED.test(code)));
      };
      const send = agent === undefined ? httpRequest : httpsRequest;
      const request = send(
        new URL(call.path, this.#base),
        {
          method: call.method,
          ...(agent === undefined ? {} : { agent }),
          headers: {
            Accept: 'application/json',
            ...call.headers,
            ...(call.body === undefined ? {} : { 'Content-Length': Buffer.byteLength(call.body) }),
          },
          signal: AbortSignal.timeout(this.#timeout),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (length > call.most) response.destroy(new Error(`an answer of more than ${call.most} bytes`));
            else chunks.push(chunk);
          });
          response.on('error', fail);
          response.on('close', () => fail(new Error('the answer was cut off')));
          response.on('end', () => {
            const body = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      request.on('error', fail);
      request.end(call.body);
    });
  }

  /** Ends connections that are kept open. */
  close(): void {
    this.#agents.made?.destroy();
  }

  async #agent(): Promise<Agent> {
    const before = this.#agents.made;
    try {
      const changed = await this.#agents.refresh();
      if (changed && this.#started) before?.destroy();
      this.#started = true;
    } catch (error) {
      // What was good before is used on; without it there is nothing to call with.
      if (before === undefined)
        throw new NoAnswer(`TLS files: ${error instanceof Error ? error.message : String(error)}`, true);
    }
    const agent = this.#agents.made;
    if (agent === undefined) throw new NoAnswer('TLS files cannot be used', true);
    return agent;
  }
}
