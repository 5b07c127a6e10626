import type { Finding } from '../model/resource.ts';
import type { TraceEvent } from '../model/trace.ts';
import { createTerminalLog } from './terminal-log.ts';

/** Lines that came after a place in the tail, and the place to ask from next time. */
export interface TailPart {
  readonly next: number;
  readonly lines: readonly string[];
}

const KEPT = 500;

/**
 * The last lines that the operator told people, for those who follow a push: the lines of `bastion run`, without times
 * and colours. What is older than 500 lines is forgotten.
 */
export class TraceTail {
  readonly #log: { consume(event: TraceEvent): void };
  readonly #lines: string[] = [];
  /** Place of the first line that is still there. */
  #first = 0;

  constructor(formatFinding: (finding: Finding) => string) {
    this.#log = createTerminalLog({
      write: (text) => this.#add(text.trimEnd()),
      formatFinding,
      color: false,
      times: false,
    });
  }

  consume(event: TraceEvent): void {
    this.#log.consume(event);
  }

  /** @param place where the last answer ended; undefined: only where the tail ends now */
  after(place: number | undefined): TailPart {
    const next = this.#first + this.#lines.length;
    // A place beyond the end is of an operator that was there before this one.
    const from = place === undefined ? next : place > next ? this.#first : Math.max(place, this.#first);
    return { next, lines: this.#lines.slice(from - this.#first) };
  }

  #add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length <= KEPT) return;
    this.#lines.shift();
    this.#first += 1;
  }
}
