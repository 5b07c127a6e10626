import type { RawLine } from '../log-file/raw-line.ts';

/** Text without anything that JSON would escape: it stands for itself. */
const TEXT = String.raw`[^"\\\u0000-\u001f]*`;
const taken = (name: string): string => `"${name}":"(${TEXT})",`;
/** What is not counted is not taken: each group costs a text. */
const passed = (name: string): string => `"${name}":"${TEXT}",`;

/**
 * A line as AdGuard writes it, within a text: the order of the members is that of its Go struct (internal/querylog/entry.go).
 */
const LINE = [
  String.raw`\{`,
  passed('T'),
  ...['QH', 'QT'].map(taken),
  passed('QC'),
  ...['ECS', 'CID'].map((name) => `(?:${passed(name)})?`),
  passed('CP'),
  ...['Upstream', 'Answer'].map((name) => `(?:${taken(name)})?`),
  `(?:${passed('OrigAnswer')})?`,
  taken('IP'),
  // Nested once, for its list of rules; whatever is more than that is read the long way.
  String.raw`"Result":(?:\{\}|(\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\})),"Elapsed":(\d{1,15})`,
  String.raw`(,"Cached":true)?(?:,"AD":(?:true|false))?\}(?![^\n])`,
].join('');

const ZERO = '0'.charCodeAt(0);
const BEFORE_TIME = '{"T":"'.length;
const BEFORE_NAME = '","QH":"'.length;

/** The members of a line that count. */
export interface QuickLogLine {
  /** The text in which the time is, where it begins, and where it ends: it is seldom wanted. */
  readonly timeIn: string;
  readonly timeAt: number;
  readonly timeEnd: number;
  /** The text in which the name is, and where it begins. */
  readonly within: string;
  readonly nameAt: number;
  readonly name: string;
  readonly type: string;
  readonly upstream: string;
  /** Base64. */
  readonly answer: string;
  readonly client: string;
  /** JSON; empty: there is nothing in it. */
  readonly result: string;
  /** Nanoseconds. */
  readonly elapsed: number;
  readonly cached: boolean;
}

/**
 * Reads lines of exactly the form that AdGuard writes, in less than half of the time that `JSON.parse` takes. Undefined
 * for everything else, right or wrong: it says nothing of the line then.
 */
export class QuickLogLines {
  /** Begins where it is told to, so that no line has to be cut out for it. */
  readonly #expression = new RegExp(LINE, 'y');

  read({ whole, start, end }: Pick<RawLine, 'whole' | 'start' | 'end'>): QuickLogLine | undefined {
    const expression = this.#expression;
    expression.lastIndex = start;
    const match = expression.exec(whole);
    if (match === null || expression.lastIndex !== end) return undefined;
    const timeAt = start + BEFORE_TIME;
    const timeEnd = whole.indexOf('"', timeAt);
    return {
      timeIn: whole,
      timeAt,
      timeEnd,
      within: whole,
      nameAt: timeEnd + BEFORE_NAME,
      name: match[1] ?? '',
      type: match[2] ?? '',
      upstream: match[3] ?? '',
      answer: match[4] ?? '',
      client: match[5] ?? '',
      result: match[6] ?? '',
      elapsed: wholeNumber(match[7] ?? ''),
      cached: match[8] !== undefined,
    };
  }
}

/** The number that digits say. They are few: to read them so takes a fraction of what `Number` takes. */
function wholeNumber(digits: string): number {
  let value = 0;
  for (let index = 0; index < digits.length; index++) value = value * 10 + digits.charCodeAt(index) - ZERO;
  return value;
}
