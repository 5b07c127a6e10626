import { writeSync } from 'node:fs';

/** The terminal of whoever pushes, as a hook reaches it. */
export interface Pusher {
  /** One or more lines. */
  say(text: string): void;
  /** Whether nobody reads any more: the connection is gone, or was left with Ctrl-C. */
  readonly isGone: boolean;
}

/**
 * Standard error of a hook, which git passes on. Written at once and in order; that nobody reads any more is no reason to
 * end half-way, so it is noted and nothing else.
 *
 * @param write writes to it, by default to the process's own
 */
export function createPusher(write: (text: string) => void = (text) => void writeSync(2, text)): Pusher {
  let gone = false;
  return {
    say(text) {
      if (gone) return;
      try {
        write(`${text}\n`);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        // A full pipe of somebody who reads slowly: a line is lost, no more.
        if (code === 'EAGAIN') return;
        if (code !== 'EPIPE' && code !== 'ECONNRESET' && code !== 'EBADF') throw error;
        gone = true;
      }
    },
    get isGone() {
      return gone;
    },
  };
}
