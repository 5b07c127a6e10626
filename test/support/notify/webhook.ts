import {
  createServer as createPlain,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One POST that came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A web service of the test on this host, which keeps what it was sent and answers as it is told. */
export class Webhook {
  readonly received: Received[] = [];
  /** Changes as the test likes; default: it takes everything. */
  answer: (response: ServerResponse) => void = (response) => response.writeHead(200).end('ok');
  readonly #server: ReturnType<typeof createPlain>;
  readonly #scheme: string;

  /** @param pair PEM; left out: without TLS */
  constructor(pair?: { readonly certificate: string; readonly key: string }) {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
        this.received.push({ path: request.url ?? '', headers: request.headers, body });
        this.answer(response);
      });
    };
    this.#scheme = pair === undefined ? 'http' : 'https';
    this.#server =
      pair === undefined ? createPlain(listener) : createSecure({ cert: pair.certificate, key: pair.key }, listener);
  }

  /** Its address, once it listens. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
