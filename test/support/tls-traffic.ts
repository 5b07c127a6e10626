import { tlsCall, type TlsIdentity } from './tls-call.ts';

/** Where somebody connects to. */
export interface TrafficTarget {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
}

/** Between two calls of one client, in milliseconds. */
const PAUSE = 10;

/**
 * Clients that go on connecting to every target, each time over a new connection and with files that are read anew, until
 * they are stopped.
 */
export class TlsTraffic {
  readonly #targets: readonly TrafficTarget[];
  readonly #running: Promise<void>[];
  readonly #calls = new Map<string, number>();
  #isStopped = false;
  /** When, who, whom and why. */
  readonly failures: string[] = [];

  /** @param clients how each reads its files, by name */
  constructor(clients: Readonly<Record<string, () => TlsIdentity>>, targets: readonly TrafficTarget[]) {
    this.#targets = targets;
    this.#running = Object.entries(clients).map(([name, read]) => this.#run(name, read));
  }

  /** Handshakes that were done, by `client > target`. */
  get handshakes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#calls);
  }

  /** Waits for those that are under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  async #run(client: string, read: () => TlsIdentity): Promise<void> {
    while (!this.#isStopped)
      for (const { name, ...target } of this.#targets) {
        const way = `${client} > ${name}`;
        try {
          const { ca, ...identity } = read();
          await tlsCall({ ...target, ca, identity });
          this.#calls.set(way, (this.#calls.get(way) ?? 0) + 1);
        } catch (error) {
          this.failures.push(`${new Date().toISOString()} ${way}: ${String(error)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
  }
}
