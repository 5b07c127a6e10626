import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsIdentity } from './tls-call.ts';

/** A server of the test that reads its files for every connection, demands a certificate, and counts. */
export class TlsService {
  readonly #server: Server;
  /** Handshakes that were done. */
  handshakes = 0;
  /** Why others were not. */
  readonly failures: string[] = [];

  /** @param read what to show and whom to trust, asked for before every handshake */
  constructor(read: () => TlsIdentity) {
    this.#server = createServer({ ...read(), requestCert: true, rejectUnauthorized: true }, (_request, response) => {
      response.setHeader('Connection', 'close').end('service_of_the_test 1\n');
    });
    // Ahead of the listener that begins the handshake.
    this.#server.prependListener('connection', () => {
      try {
        this.#server.setSecureContext(read());
      } catch (error) {
        this.failures.push(`files: ${String(error)}`);
      }
    });
    this.#server.on('secureConnection', () => (this.handshakes += 1));
    this.#server.on('tlsClientError', (error) => this.failures.push(error.message));
  }

  /** Resolves to the port. */
  listen(host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
