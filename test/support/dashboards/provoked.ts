import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Metrics as programs of the house would tell them, of what cannot be waited for: scores are of whole quarters of an hour,
 * what is usual is recorded every two minutes, a backup takes a night.
 */
export class ProvokedMetrics {
  readonly #server: Server;
  #text = '';

  constructor() {
    this.#server = createServer((_request, response) =>
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(this.#text),
    );
  }

  /** @returns the port */
  async listen(host: string): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on told at every scrape. */
  tell(samples: Readonly<Record<string, number>>): void {
    this.#text = Object.entries(samples)
      .map(([series, value]) => `${series} ${value}\n`)
      .join('');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
