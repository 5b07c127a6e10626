import { plausibleSeconds, type AnswerAddresses, type DnsEvent } from '../accounts/dns-event.ts';
import { hasPrivateAddress, leastTtl, parseDnsAnswer, responseCode } from './dns-message.ts';
import { ownText } from '../log-file/own-text.ts';
import type { RawLine } from '../log-file/raw-line.ts';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from './json-shape.ts';
import { QuickLogLines, type QuickLogLine } from './quick-log-line.ts';
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
  readonly #lines = new QuickLogLines();
  /** By the text of `Result`, which the same few rules make again and again. */
  readonly #verdicts = new Map<string, Verdict>();

  /** One for all lines, as each is good only until the next: to make them would cost as much as what is done with them. */
  readonly #event = new LineEvent();

  /** What the line says, until another is read; undefined: it is none. */
  read(line: RawLine): LoggedQuery | undefined {
    const quick = this.#lines.read(line);
    const verdict = quick === undefined || quick.timeEnd === quick.timeAt ? undefined : this.#verdict(quick.result);
    if (quick === undefined || verdict === undefined) return this.#readAnyLine(line.text);
    return this.#event.take(quick, verdict);
  }

  #readAnyLine(line: string): LoggedQuery | undefined {
    const fields = fieldsOf(parsed(line));
    const time = textOf(fields?.['T']);
    if (fields === undefined || time === '' || typeof fields['QH'] !== 'string') return undefined;
    const name = fields['QH'];
    const written = {
      timeIn: time,
      timeAt: 0,
      timeEnd: time.length,
      within: name,
      nameAt: 0,
      name,
      client: textOf(fields['IP']),
      type: textOf(fields['QT']),
      upstream: textOf(fields['Upstream']),
      cached: fields['Cached'] === true,
      elapsed: numberOf(fields['Elapsed']) ?? 0,
      answer: textOf(fields['Answer']),
    };
    return this.#event.take(written, verdictOf(fieldsOf(fields['Result'])) ?? PASSED);
  }

  #verdict(text: string): Verdict | undefined {
    if (text === '') return PASSED;
    const known = this.#verdicts.get(text);
    if (known !== undefined) return known;
    const verdict = verdictOf(fieldsOf(parsed(text)));
    if (verdict === undefined || text.length > LONGEST_VERDICT) return verdict;
    if (this.#verdicts.size >= MOST_VERDICTS) this.#verdicts.clear();
    this.#verdicts.set(ownText(text), verdict);
    return verdict;
  }
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

/** A query as a line has it. */
class LineEvent implements LoggedQuery {
  client = '';
  name = '';
  type = '';
  reason = 0;
  list: number | undefined;
  service = '';
  upstream = '';
  cached = false;
  seconds = 0;
  code: string | undefined;
  #timeIn = '';
  #timeAt = 0;
  #timeEnd = 0;
  within = '';
  nameAt = 0;
  #encoded = '';
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH);
  /** The answer in the wire format; it is decoded once. */
  #message: Buffer | undefined;
  #length = 0;
  #answer: AnswerAddresses | undefined;

  take(written: Omit<QuickLogLine, 'result'>, verdict: Verdict): this {
    this.client = written.client;
    this.name = written.name;
    this.type = written.type;
    this.reason = verdict.reason;
    this.list = verdict.list;
    this.service = verdict.service;
    this.upstream = written.upstream;
    this.cached = written.cached;
    this.seconds = plausibleSeconds(written.elapsed / NANOSECONDS);
    this.code = responseCode(written.answer);
    this.#timeIn = written.timeIn;
    this.#timeAt = written.timeAt;
    this.#timeEnd = written.timeEnd;
    this.within = written.within;
    this.nameAt = written.nameAt;
    this.#encoded = written.answer;
    this.#message = undefined;
    this.#answer = undefined;
    return this;
  }

  get time(): string {
    return ownText(this.#timeIn.slice(this.#timeAt, this.#timeEnd));
  }

  answer(): AnswerAddresses {
    return (this.#answer ??= parseDnsAnswer(this.#decoded(), this.#length));
  }

  ttl(): number | undefined {
    return leastTtl(this.#decoded(), this.#length);
  }

  answersPrivately(): boolean {
    return hasPrivateAddress(this.#decoded(), this.#length);
  }

  at(): number | undefined {
    return millisecondsOf(this.time);
  }

  /** Where the message is: the scratch, unless it is too long for it. */
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
