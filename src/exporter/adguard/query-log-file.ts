import type { DnsEvent } from '../accounts/dns-event.ts';
import { LogTail, type TailCounts, type TailPosition } from '../log-file/tail.ts';
import type { GiveWay } from '../right-of-way.ts';
import { LogLineReader, type LoggedQuery } from './log-line.ts';
import { parseTimestamp } from './timestamp.ts';

/** AdGuard's query log as its file, which lags behind by AdGuard's buffer and needs the right to read it. */
export class QueryLogFile {
  readonly #tail: LogTail;
  readonly #reader = new LogLineReader();
  #read = 0;
  #malformed = 0;
  #newest = '';

  constructor(path: string, saved?: TailPosition, giveWay?: GiveWay) {
    this.#tail = new LogTail(path, saved, giveWay);
  }

  get counts(): TailCounts & { read: number; malformed: number } {
    return { ...this.#tail.counts, read: this.#read, malformed: this.#malformed };
  }

  /** Time of the last entry in nanoseconds; undefined: none yet. */
  get newest(): bigint | undefined {
    return parseTimestamp(this.#newest);
  }

  get position(): TailPosition | undefined {
    return this.#tail.position;
  }

  /** Reads what was added, and tells each query. False: there is no file. Rejects with the system's error. */
  async poll(onEvent: (event: DnsEvent) => void): Promise<boolean> {
    let last: LoggedQuery | undefined;
    try {
      return await this.#tail.poll((line) => {
        const query = this.#reader.read(line);
        if (query === undefined) {
          this.#malformed++;
          return;
        }
        this.#read++;
        last = query;
        onEvent(query);
      });
    } finally {
      // The reader has one for all lines: by now it says what the last of them said.
      if (last !== undefined) this.#newest = last.time;
    }
  }

  async close(): Promise<void> {
    await this.#tail.close();
  }
}
