import { isAscii } from 'node:buffer';
import type { RawLine } from './raw-line.ts';

const NEWLINE = 10;

/** Longest line in bytes that is read; what is longer is skipped to its end. */
export const LONGEST_LINE = 64 * 1024;

/** Cuts bytes into lines. A line that is not finished is kept until the rest comes. */
export class LineSplitter {
  #carry: Buffer = Buffer.alloc(0);
  #skipping = false;
  /** Bytes of the present line that were skipped because it is too long. */
  #skipped = 0;
  /** Lines that were too long. */
  oversized = 0;

  /** Bytes that were taken and belong to no finished line. */
  get unfinished(): number {
    return this.#carry.length + this.#skipped;
  }

  /**
   * Takes bytes, which are not kept beyond the call, and calls back with every finished line that is not empty.
   */
  push(bytes: Buffer, onLine: (line: RawLine) => void): void {
    const last = bytes.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#keep(bytes);
      return;
    }
    let start = 0;
    if (this.#skipping || this.#carry.length > 0) {
      start = bytes.indexOf(NEWLINE) + 1;
      this.#finish(bytes.subarray(0, start - 1), onLine);
    }
    const lines = bytes.subarray(start, last + 1);
    if (isAscii(lines)) this.#cutAscii(lines, onLine);
    else this.#cut(lines, onLine);
    this.#keep(bytes.subarray(last + 1));
  }

  /** Nearly all logs are: one text for all lines costs a fraction of one for each. */
  #cutAscii(lines: Buffer, onLine: (line: RawLine) => void): void {
    const text = lines.toString('latin1');
    const line = new AsciiLine(text);
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from);
      if (end - from > LONGEST_LINE) this.oversized++;
      else if (end > from) onLine(line.at(from, end));
      from = end + 1;
    }
  }

  #cut(lines: Buffer, onLine: (line: RawLine) => void): void {
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(NEWLINE, from);
      if (end - from > LONGEST_LINE) this.oversized++;
      else if (end > from) onLine(ownLine(lines.toString('utf8', from, end)));
      from = end + 1;
    }
  }

  /** The end of the file: what has no end of line counts as a line. */
  flush(onLine: (line: RawLine) => void): void {
    if (this.#carry.length > 0 || this.#skipping) this.#finish(Buffer.alloc(0), onLine);
  }

  /** Forgets what is unfinished. */
  reset(): void {
    this.#carry = Buffer.alloc(0);
    this.#skipping = false;
    this.#skipped = 0;
  }

  #keep(bytes: Buffer): void {
    if (this.#skipping) {
      this.#skipped += bytes.length;
      return;
    }
    if (bytes.length === 0) return;
    if (this.#carry.length + bytes.length <= LONGEST_LINE) {
      this.#carry = Buffer.concat([this.#carry, bytes]);
      return;
    }
    this.oversized++;
    this.#skipped = this.#carry.length + bytes.length;
    this.#skipping = true;
    this.#carry = Buffer.alloc(0);
  }

  #finish(rest: Buffer, onLine: (line: RawLine) => void): void {
    if (!this.#skipping) {
      if (this.#carry.length + rest.length > LONGEST_LINE) this.oversized++;
      else {
        const line = Buffer.concat([this.#carry, rest]).toString('utf8');
        if (line !== '') onLine(ownLine(line));
      }
    }
    this.reset();
  }
}

function ownLine(text: string): RawLine {
  return { whole: text, start: 0, end: text.length, text };
}

/** One for all lines that were read together. */
class AsciiLine implements RawLine {
  readonly whole: string;
  start = 0;
  end = 0;

  constructor(whole: string) {
    this.whole = whole;
  }

  get text(): string {
    return this.whole.slice(this.start, this.end);
  }

  at(start: number, end: number): this {
    this.start = start;
    this.end = end;
    return this;
  }
}
