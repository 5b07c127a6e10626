import { redactText } from '../model/redact.ts';

/** What kind of news a line is; a terminal gives each its mark and colour. */
export type LineMark = 'add' | 'change' | 'remove' | 'good' | 'warning' | 'error' | 'halt' | 'plain';

/** One piece of news for people, from one trace event. */
export interface TraceLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly mark: LineMark;
  readonly text: string;
  /** Lines that belong below it. */
  readonly details: readonly string[];
  /** What the person may type now, exactly. */
  readonly command?: string;
}

/** Makes a line; what others say in it is shown without its secrets. */
export function traceLine(
  level: TraceLine['level'],
  mark: LineMark,
  text: string,
  details: readonly string[] = [],
): TraceLine {
  return { level, mark, text: redactText(text), details: details.map(redactText) };
}
