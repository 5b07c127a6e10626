import type { HttpAccount } from '../accounts/http-account.ts';
import type { Clock } from '../clock.ts';
import type { AccessLogConfig } from '../config/config.ts';
import { LogTail, type TailPosition } from '../log-file/tail.ts';
import type { GiveWay } from '../right-of-way.ts';
import type { MetricStore } from '../store/store.ts';
import { ClientAddress } from './client-address.ts';
import { parseAccessLine } from './parse-line.ts';

/** Traefik's access log, read into the account. */
export class AccessLog {
  readonly #tail: LogTail;
  readonly #clients: ClientAddress;
  readonly #account: HttpAccount;
  readonly #clock: Clock;
  #counted = 0;
  #malformed = 0;
  #up = false;

  constructor(
    config: AccessLogConfig,
    options: { account: HttpAccount; store: MetricStore; clock: Clock; saved?: TailPosition; giveWay?: GiveWay },
  ) {
    this.#tail = new LogTail(config.path, options.saved, options.giveWay);
    this.#clients = new ClientAddress(config.trustedProxies);
    this.#account = options.account;
    this.#clock = options.clock;
    this.#tell(options.store);
  }

  get position(): TailPosition | undefined {
    return this.#tail.position;
  }

  /** Reads what was added. Rejects with the system's error when the log is there and cannot be read. */
  async poll(): Promise<void> {
    const now = this.#clock.now();
    try {
      this.#up = await this.#tail.poll((line) => this.#take(line.text, now));
    } catch (error) {
      this.#up = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#tail.close();
  }

  #take(line: string, now: number): void {
    const event = parseAccessLine(line, this.#clients);
    if (event === undefined) {
      this.#malformed++;
      return;
    }
    this.#counted++;
    this.#account.record(event, now);
  }

  #tell(store: MetricStore): void {
    const lines = store.family({
      name: 'adguard_exporter_accesslog_lines_total',
      help: 'Lines of the access log by what became of them.',
      type: 'counter',
      labels: ['result'],
      cap: 3,
    });
    const counter = (name: string, help: string) => store.family({ name, help, type: 'counter', cap: 1 });
    const gauge = (name: string, help: string) => store.family({ name, help, type: 'gauge', cap: 1 });
    const rotations = counter('adguard_exporter_accesslog_rotations_total', 'Times that the access log was replaced.');
    const truncations = counter('adguard_exporter_accesslog_truncations_total', 'Times that the access log was cut.');
    const gaps = counter('adguard_exporter_accesslog_gap_total', 'Times that a rotated access log was gone unread.');
    const up = gauge('adguard_exporter_accesslog_up', 'Whether the access log could be read: 1 or 0.');
    const unread = gauge('adguard_exporter_accesslog_unread_bytes', 'Bytes of the access log that wait to be read.');
    store.beforeRender(() => {
      const { counts } = this.#tail;
      lines.set(['counted'], this.#counted);
      lines.set(['malformed'], this.#malformed);
      lines.set(['oversized'], counts.oversized);
      rotations.set([], counts.rotations);
      truncations.set([], counts.truncations);
      gaps.set([], counts.gaps);
      up.set([], this.#up ? 1 : 0);
      unread.set([], this.#tail.unread);
    });
  }
}
