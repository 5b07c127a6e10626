import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * The lines of a UTF-8 file, last one first, empty ones left out. Read in blocks from the end, and no further than the
 * caller goes on asking: the newest twenty of five megabytes cost one block. Throws the system's error.
 */
export function* linesFromEnd(path: string): Generator<string> {
  const descriptor = openSync(path, 'r');
  try {
    // Bytes of a line whose beginning lies in an earlier block.
    let rest = Buffer.alloc(0);
    for (let end = fstatSync(descriptor).size; end > 0;) {
      const block = Buffer.alloc(Math.min(BLOCK_BYTES, end));
      end -= block.length;
      const read = readSync(descriptor, block, 0, block.length, end);
      let text = Buffer.concat([block.subarray(0, read), rest]);
      for (let at = text.lastIndexOf(NEWLINE); at !== -1; at = text.lastIndexOf(NEWLINE)) {
        const line = text.toString('utf8', at + 1);
        text = text.subarray(0, at);
        if (line !== '') yield line;
      }
      rest = text;
    }
    if (rest.length > 0) yield rest.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}
