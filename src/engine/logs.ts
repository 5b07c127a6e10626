import { withDeadline } from './deadline.ts';
import { EngineError } from './errors.ts';
import { streamBody } from './exchange.ts';
import { FrameReader } from './frames.ts';
import type { ReadTransport } from './transport.ts';

/** Of very long lines only the end is kept: it is what says why a container failed. */
const MAX_LOG_BYTES = 1024 * 1024;

/**
 * Last lines of a container's output as text, stdout and stderr mixed; at most the last MiB.
 *
 * @param since milliseconds since the epoch; absent: from the beginning
 */
export async function readLogs(
  transport: ReadTransport,
  containerId: string,
  lines: number,
  since?: number,
): Promise<string> {
  const call = `GET /containers/${containerId}/logs`;
  const expired = (): Error => new EngineError('ENGINE_DEADLINE', call, 'the output did not end in time');
  return await withDeadline(transport.defaultDeadline, expired, async (signal) => {
    // In seconds with a fraction, as the engine reads it.
    const from = since === undefined ? {} : { since: (Math.max(0, since) / 1000).toFixed(3) };
    const query = { stdout: 1, stderr: 1, tail: lines, ...from };
    const answer = await transport.stream('containerLogs', { target: containerId, query }, signal);
    const frames = new FrameReader();
    const tail = new Tail(MAX_LOG_BYTES);
    for await (const chunk of streamBody(answer.response, answer.call)) {
      for (const piece of frames.push(chunk)) tail.add(piece);
    }
    tail.add(frames.end());
    return tail.text();
  });
}

/** The last so many bytes of what is added. */
class Tail {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > 2 * this.#maxBytes) this.#shorten();
  }

  text(): string {
    this.#shorten();
    return Buffer.concat(this.#pieces).toString();
  }

  #shorten(): void {
    if (this.#bytes <= this.#maxBytes) return;
    const kept = Buffer.concat(this.#pieces).subarray(-this.#maxBytes);
    this.#pieces = [Buffer.from(kept)];
    this.#bytes = kept.length;
  }
}
