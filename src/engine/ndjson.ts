import { EngineError } from './errors.ts';

const NEWLINE = 10;
const DEFAULT_LINE_BYTES = 1024 * 1024;

/** JSON text to its value; rejects what is no JSON with code `ENGINE_GARBAGE` and shows how it begins. */
export function parseJson(text: string, call: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 80));
    throw new EngineError('ENGINE_GARBAGE', call, `expected JSON but got ${start}`, { cause });
  }
}

/**
 * Values of a stream of JSON lines, one at a time, so that a slow consumer slows the engine down instead of filling
 * memory. Lines are cut on bytes, so a character split between two chunks stays whole. Blank lines are skipped; the
 * last line needs no newline.
 * Fails with `ENGINE_GARBAGE` on a line that is no JSON or longer than `lineBytes` (default 1 MiB).
 */
export async function* readNdjson(
  source: AsyncIterable<Buffer>,
  call: string,
  lineBytes: number = DEFAULT_LINE_BYTES,
): AsyncGenerator<unknown, void, undefined> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  const takeLine = (last: Buffer): string => {
    if (pendingBytes + last.length > lineBytes) throw tooLong(call, lineBytes);
    const line = pending.length === 0 ? last.toString() : Buffer.concat([...pending, last]).toString();
    pending = [];
    pendingBytes = 0;
    return line.trim();
  };

  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = takeLine(chunk.subarray(start, end));
      start = end + 1;
      if (line !== '') yield parseJson(line, call);
    }
    if (start === chunk.length) continue;
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > lineBytes) throw tooLong(call, lineBytes);
  }
  const rest = takeLine(Buffer.alloc(0));
  if (rest !== '') yield parseJson(rest, call);
}

function tooLong(call: string, lineBytes: number): EngineError {
  return new EngineError('ENGINE_GARBAGE', call, `a line is longer than ${lineBytes} bytes`);
}
