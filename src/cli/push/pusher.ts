import { constants, openSync, writeSync } from 'node:fs';
import type { Clock } from '../../runtime/clock.ts';
import { printableLines } from '../../model/printable.ts';

/** The terminal of whoever pushes, as a hook reaches it. */
export interface Pusher {
  /** One or more lines; what could play with a terminal is left out. */
  say(text: string): void;
  /** Whether nobody reads any more: the connection is gone, or was left with Ctrl-C. */
  readonly isGone: boolean;
}

/** A pusher whose reader may be slow. */
export interface BufferedPusher extends Pusher {
  /** Gives the reader a while for what is left. */
  finish(clock: Clock): Promise<void>;
}

/** Bytes that wait for a reader; whoever lets more pile up does not read. */
const MOST_WAITING = 1 << 20;
const PATIENCE_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 50;

/**
 * Standard error of a hook, which git passes on. In order, and as soon as it is read: `say` never waits, because it is
 * called with the lock held, and a pusher who stops reading (Ctrl-Z) must not stop everybody else's pushes and rollbacks.
 * That nobody reads any more is no reason to end half-way, so it is noted and nothing else.
 *
 * @param write writes what it can at once and returns how many bytes that was; by default to the process's own
 */
export function createPusher(write: (bytes: Buffer) => number = standardError()): BufferedPusher {
  let waiting = Buffer.alloc(0);
  let gone = false;
  const flush = (): void => {
    try {
      while (!gone && waiting.length > 0) waiting = waiting.subarray(write(waiting));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN') return;
      if (code !== 'EPIPE' && code !== 'ECONNRESET' && code !== 'EBADF') throw error;
      gone = true;
    }
  };
  return {
    say(text) {
      if (gone) return;
      waiting = Buffer.concat([waiting, Buffer.from(`${printableLines(text)}\n`)]);
      flush();
      gone ||= waiting.length > MOST_WAITING;
    },
    async finish(clock) {
      const until = clock.now() + PATIENCE_MILLISECONDS;
      for (flush(); !gone && waiting.length > 0 && clock.now() < until; flush())
        await new Promise<void>((resolve) => clock.after(POLL_MILLISECONDS, resolve));
    },
    get isGone() {
      return gone;
    },
  };
}

/**
 * Opened once more, so that it does not block here and still does for git, which has the same end of the pipe. What cannot be
 * opened so (a socket) is written to as it is.
 */
function standardError(): (bytes: Buffer) => number {
  let descriptor = 2;
  try {
    descriptor = openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  } catch {
    // As it is.
  }
  return (bytes) => writeSync(descriptor, bytes);
}
