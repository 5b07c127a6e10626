import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';

const EVERY_MILLISECONDS = 400;
/** What is asked for; one of them is not there. */
const PATHS = ['/', '/', '/index.html', '/', '/nothing-here'];

/** A little traffic through Traefik, so that there is something to see: a client with a certificate asks again and again. */
export class DemoTraffic {
  readonly #port: number;
  readonly #host: string;
  readonly #directory: string;
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;

  /**
   * @param port of Traefik on this machine
   * @param host name of the application
   * @param directory host directory of the visitor's tls.crt, tls.key and ca.crt
   */
  constructor(port: number, host: string, directory: string) {
    this.#port = port;
    this.#host = host;
    this.#directory = directory;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#ask(), EVERY_MILLISECONDS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What fails is not told: before the first gate nobody is there to answer, and somebody may break things on purpose. */
  #ask(): void {
    try {
      const read = (file: string): Buffer => readFileSync(join(this.#directory, file));
      const outgoing = request({
        host: '127.0.0.1',
        port: this.#port,
        servername: this.#host,
        headers: { Host: this.#host },
        path: PATHS[this.#asked++ % PATHS.length],
        ca: read('ca.crt'),
        cert: read('tls.crt'),
        key: read('tls.key'),
        agent: new Agent({ keepAlive: false }),
        timeout: 5000,
      });
      outgoing.on('response', (answer) => answer.resume());
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('error', () => undefined);
      outgoing.end();
    } catch {
      // The visitor has no certificate yet.
    }
  }
}
