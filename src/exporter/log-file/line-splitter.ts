import { isAscii } from 'node:buffer';

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

  /** Takes bytes, which are not kept beyond the call, and calls back with every finished line without its end. */
  push(bytes: Buffer, onLine: (line: string) => void): void {
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
    // A text for each line, and not one for all: what is kept of a line holds the whole text that it was cut from in memory,
    // which is 64 KiB for a name of twenty characters otherwise. ASCII is converted several times as fast as the rest.
    const encoding = isAscii(bytes.subarray(start, last + 1)) ? 'latin1' : 'utf8';
    for (let from = start; from <= last;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end - from > LONGEST_LINE) this.oversized++;
      else if (end > from) onLine(bytes.toString(encoding, from, end));
      from = end + 1;
    }
    this.#keep(bytes.subarray(last + 1));
  }

  /** The end of the file: what has no end of line counts as a line. */
  flush(onLine: (line: string) => void): void {
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

  #finish(rest: Buffer, onLine: (line: string) => void): void {
    if (!this.#skipping) {
      if (this.#carry.length + rest.length > LONGEST_LINE) this.oversized++;
      else {
        const line = Buffer.concat([this.#carry, rest]).toString('utf8');
        if (line !== '') onLine(line);
      }
    }
    this.reset();
  }
}
