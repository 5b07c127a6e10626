import { Agent, request } from 'node:https';
import { pause } from './pause.ts';
import { readVersion } from '../../test/support/tls-call.ts';

const EVERY_MILLISECONDS = 5;
const LATE_MILLISECONDS = 60_000;

/** Asks a Prometheus over mutual TLS, on a kept connection, for the configuration that it has loaded. */
export class LoadedConfig {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #address: string;
  readonly #serverName: string;
  readonly #directory: string;

  /**
   * @param address of its container
   * @param serverName that its certificate holds
   * @param directory of tls.crt, tls.key and ca.crt with which to ask
   */
  constructor(address: string, serverName: string, directory: string) {
    this.#address = address;
    this.#serverName = serverName;
    this.#directory = directory;
  }

  /** Waits until the loaded configuration holds a text. */
  async holds(text: string): Promise<void> {
    const until = performance.now() + LATE_MILLISECONDS;
    for (;;) {
      // It may be starting.
      const body = await this.#ask('/api/v1/status/config').catch((error: unknown) => String(error));
      if (body.includes(text)) return;
      if (performance.now() > until) throw new Error(`Prometheus has not loaded ${text}: ${body.slice(0, 200)}`);
      await pause(EVERY_MILLISECONDS);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const serverName = this.#serverName;
      const { ca, cert, key } = readVersion(this.#directory);
      const outgoing = request(
        {
          ...{ host: this.#address, port: 9090, path, servername: serverName, headers: { Host: serverName } },
          ...{ ca, cert, key, agent: this.#agent },
        },
        (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (part: string) => (body += part));
          answer.on('error', reject);
          answer.on('end', () => resolve(body));
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
  }
}
