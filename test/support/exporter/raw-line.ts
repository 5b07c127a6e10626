import type { RawLine } from '../../../src/exporter/log-file/raw-line.ts';

/** A line as the splitter tells it. */
export function rawLine(text: string): RawLine {
  return { text, own: (start, end) => text.slice(start, end) };
}
