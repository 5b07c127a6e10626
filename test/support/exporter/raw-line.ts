import type { RawLine } from '../../../src/exporter/log-file/raw-line.ts';

/** A line as the splitter tells it: one of several that were read together. */
export function rawLine(text: string): RawLine {
  const before = 'the line before\n';
  return { whole: `${before}${text}\nand`, start: before.length, end: before.length + text.length, text };
}
