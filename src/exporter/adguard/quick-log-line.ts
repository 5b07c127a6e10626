/** Text without anything that JSON would escape: it stands for itself. */
const TEXT = String.raw`[^"\\\u0000-\u001f]*`;
const taken = (name: string): string => `"${name}":"(${TEXT})",`;
/** What is not counted is not taken: each group costs a text. */
const passed = (name: string): string => `"${name}":"${TEXT}",`;

/** A line as AdGuard writes it: the order of the members is that of its Go struct (internal/querylog/entry.go). */
const LINE = new RegExp(
  [
    String.raw`^\{`,
    ...['T', 'QH', 'QT'].map(taken),
    passed('QC'),
    ...['ECS', 'CID'].map((name) => `(?:${passed(name)})?`),
    passed('CP'),
    ...['Upstream', 'Answer'].map((name) => `(?:${taken(name)})?`),
    `(?:${passed('OrigAnswer')})?`,
    taken('IP'),
    // Nested once, for its list of rules; whatever is more than that is read the long way.
    String.raw`"Result":(?:\{\}|(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})),"Elapsed":(\d{1,15})`,
    String.raw`(,"Cached":true)?(?:,"AD":(?:true|false))?\}$`,
  ].join(''),
);

const ZERO = '0'.charCodeAt(0);
const BEFORE_TIME = '{"T":"'.length;
const BEFORE_NAME = '","QH":"'.length;

/** The members of a line that count. */
export interface QuickLogLine {
  readonly time: string;
  /** Where the name begins. */
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
 * Reads a line of exactly the form that AdGuard writes, in less than half of the time that `JSON.parse` takes. Undefined
 * for everything else, right or wrong: it says nothing of the line then.
 */
export function quickLogLine(line: string): QuickLogLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const time = match[1] ?? '';
  return {
    time,
    nameAt: BEFORE_TIME + time.length + BEFORE_NAME,
    name: match[2] ?? '',
    type: match[3] ?? '',
    upstream: match[4] ?? '',
    answer: match[5] ?? '',
    client: match[6] ?? '',
    result: match[7] ?? '',
    elapsed: wholeNumber(match[8] ?? ''),
    cached: match[9] !== undefined,
  };
}

/** The number that digits say. They are few: to read them so takes a fraction of what `Number` takes. */
function wholeNumber(digits: string): number {
  let value = 0;
  for (let index = 0; index < digits.length; index++) value = value * 10 + digits.charCodeAt(index) - ZERO;
  return value;
}
