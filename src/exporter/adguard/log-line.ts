import { plausibleSeconds, type AnswerAddresses, type DnsEvent } from '../accounts/dns-event.ts';
import { hasPrivateAddress, parseDnsAnswer, responseCode } from './dns-message.ts';
import { ownText } from '../log-file/own-text.ts';
import type { RawLine } from '../log-file/raw-line.ts';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from './json-shape.ts';
import { quickLogLine, type QuickLogLine } from './quick-log-line.ts';
import { millisecondsOf } from './timestamp.ts';

const NANOSECONDS = 1e9;

/** A query of the log's file. */
export interface LoggedQuery extends DnsEvent {
  /** As AdGuard wrote it. */
  readonly time: string;
}

/** What a line's `Result` says of a query. */
interface Verdict {
  readonly reason: number;
  readonly list: number | undefined;
  readonly service: string;
}

const MOST_VERDICTS = 512;
const LONGEST_VERDICT = 512;
/** Answers are decoded into one place; longer ones, which are rare, into places of their own. */
const SCRATCH = 4096;
const PASSED: Verdict = { reason: 0, list: undefined, service: '' };

/** Reads lines of AdGuard's `querylog.json`. */
export class LogLineReader {
  /** By the text of `Result`, which the same few rules make again and again. */
  readonly #verdicts = new Map<string, Verdict>();

  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH);

  /** Undefined: the line is none. */
  read(line: RawLine): LoggedQuery | undefined {
    const quick = quickLogLine(line.text);
    if (quick === undefined) return readAnyLine(line.text, this.#scratch);
    const verdict = this.#verdict(quick.result);
    if (verdict === undefined || quick.time === '') return readAnyLine(line.text, this.#scratch);
    const name = line.own(quick.nameAt, quick.nameAt + quick.name.length);
    return new LineEvent(quick, name, verdict, this.#scratch);
  }

  #verdict(text: string): Verdict | undefined {
    if (text === '{}') return PASSED;
    const known = this.#verdicts.get(text);
    if (known !== undefined) return known;
    const verdict = verdictOf(fieldsOf(parsed(text)));
    if (verdict === undefined || text.length > LONGEST_VERDICT) return verdict;
    if (this.#verdicts.size >= MOST_VERDICTS) this.#verdicts.clear();
    this.#verdicts.set(ownText(text), verdict);
    return verdict;
  }
}

function readAnyLine(line: string, scratch: Buffer): LoggedQuery | undefined {
  const fields = fieldsOf(parsed(line));
  const timeText = textOf(fields?.['T']);
  if (fields === undefined || timeText === '' || typeof fields['QH'] !== 'string') return undefined;
  const written = {
    time: timeText,
    client: textOf(fields['IP']),
    type: textOf(fields['QT']),
    upstream: textOf(fields['Upstream']),
    cached: fields['Cached'] === true,
    elapsed: numberOf(fields['Elapsed']) ?? 0,
    answer: textOf(fields['Answer']),
  };
  return new LineEvent(written, fields['QH'], verdictOf(fieldsOf(fields['Result'])) ?? PASSED, scratch);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function verdictOf(result: Fields | undefined): Verdict | undefined {
  if (result === undefined) return undefined;
  const reason = numberOf(result['Reason']) ?? 0;
  return {
    reason: Number.isInteger(reason) ? reason : 0,
    list: listOfResult(result),
    service: textOf(result['ServiceName']),
  };
}

/** A class, because a closure for every line's answer costs as much as reading it. */
class LineEvent implements LoggedQuery {
  readonly client: string;
  readonly name: string;
  readonly type: string;
  readonly reason: number;
  readonly list: number | undefined;
  readonly service: string;
  readonly upstream: string;
  readonly cached: boolean;
  readonly seconds: number;
  readonly code: string | undefined;
  readonly time: string;
  readonly #encoded: string;
  readonly #scratch: Buffer;
  /** The answer in the wire format; it is decoded once. */
  #message: Buffer | undefined;
  #length = 0;
  #answer: AnswerAddresses | undefined;

  constructor(line: Omit<QuickLogLine, 'result' | 'nameAt' | 'name'>, name: string, verdict: Verdict, scratch: Buffer) {
    this.client = line.client;
    this.name = name;
    this.type = line.type;
    this.reason = verdict.reason;
    this.list = verdict.list;
    this.service = verdict.service;
    this.upstream = line.upstream;
    this.cached = line.cached;
    this.seconds = plausibleSeconds(line.elapsed / NANOSECONDS);
    this.code = responseCode(line.answer);
    this.time = line.time;
    this.#encoded = line.answer;
    this.#scratch = scratch;
  }

  answer(): AnswerAddresses {
    return (this.#answer ??= parseDnsAnswer(this.#decoded(), this.#length));
  }

  answersPrivately(): boolean {
    return hasPrivateAddress(this.#decoded(), this.#length);
  }

  at(): number | undefined {
    return millisecondsOf(this.time);
  }

  /** Where the message is until the next event is made: the scratch, unless it is too long for it. */
  #decoded(): Buffer {
    if (this.#message !== undefined) return this.#message;
    const isLong = this.#encoded.length > SCRATCH;
    this.#message = isLong ? Buffer.from(this.#encoded, 'base64') : this.#scratch;
    this.#length = isLong ? this.#message.length : this.#scratch.write(this.#encoded, 'base64');
    return this.#message;
  }
}

/** The list of the first rule; older lines have the rule in the result itself. */
function listOfResult(result: Fields): number | undefined {
  const rule = fieldsOf(listOf(result['Rules'])[0]);
  const list =
    rule === undefined
      ? (numberOf(result['FilterID']) ?? (result['Rule'] === undefined ? undefined : 0))
      : (numberOf(rule['FilterListID']) ?? 0);
  return list !== undefined && Number.isInteger(list) ? list : undefined;
}
