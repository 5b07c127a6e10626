import { quickHash } from '../../../src/exporter/admission/quick-hash.ts';
import type { RawLine } from '../../../src/exporter/log-file/raw-line.ts';

/** A line as the splitter tells it. */
export function rawLine(text: string): RawLine {
  return {
    text,
    own: (start, end) => text.slice(start, end),
    hash: (start, end) => quickHash(text, start, end),
  };
}
