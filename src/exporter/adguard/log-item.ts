import { plausibleSeconds, REASONS, type AnswerAddresses, type DnsEvent } from '../accounts/dns-event.ts';
import { hashOf } from '../hash.ts';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from './json-shape.ts';
import { isPrivateAddress } from '../zones/private-address.ts';
import { parseTimestamp } from './timestamp.ts';

/** An entry of AdGuard's query log. */
export interface LogEntry {
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** The time as AdGuard wrote it: only exactly this finds the entry again. */
  readonly timeText: string;
  /** What tells entries apart, those of the same time, too. */
  readonly id: number;
  readonly event: DnsEvent;
}

const REASON_NUMBERS = new Map(REASONS.map((name, number) => [name, number]));
const MOST_ADDRESSES = 16;

/** Reads an entry as the API gives it. Undefined: it is none, or has no time. */
export function parseLogItem(item: unknown): LogEntry | undefined {
  const fields = fieldsOf(item);
  const question = fieldsOf(fields?.['question']);
  if (fields === undefined || question === undefined) return undefined;
  const timeText = textOf(fields['time']);
  const time = parseTimestamp(timeText);
  if (time === undefined) return undefined;
  const event = new ItemEvent(fields, question, time);
  const { client, type, name, elapsed } = event;
  const id = hashOf([timeText, client, type, name, elapsed, textOf(fields['client_id'])]);
  return { time, timeText, id, event };
}

/** A query as an entry has it. A class, because functions for every entry cost as much as reading it. */
class ItemEvent implements DnsEvent {
  readonly client: string;
  readonly name: string;
  readonly nameAt = 0;
  readonly type: string;
  readonly reason: number;
  readonly list: number | undefined;
  readonly service: string;
  readonly upstream: string;
  readonly seconds: number;
  readonly cached: boolean;
  readonly code: string | undefined;
  readonly #elapsed: string;
  readonly #answers: readonly unknown[];
  readonly #time: bigint;

  constructor(fields: Fields, question: Fields, time: bigint) {
    const status = textOf(fields['status']);
    this.client = textOf(fields['client']);
    this.name = textOf(question['name']);
    this.type = textOf(question['type']);
    this.reason = REASON_NUMBERS.get(textOf(fields['reason'])) ?? 0;
    this.list = listOfRule(listOf(fields['rules']));
    this.service = textOf(fields['service_name']);
    this.upstream = textOf(fields['upstream']);
    this.#elapsed = textOf(fields['elapsedMs']);
    this.seconds = plausibleSeconds(Number(this.#elapsed) / 1000);
    this.cached = fields['cached'] === true;
    this.code = status === '' ? undefined : status;
    this.#answers = listOf(fields['answer']);
    this.#time = time;
  }

  /** Milliseconds, as they are written. */
  get elapsed(): string {
    return this.#elapsed;
  }

  get within(): string {
    return this.name;
  }

  answer(): AnswerAddresses {
    return answerOf(this.#answers);
  }

  ttl(): number | undefined {
    return this.answer().ttl;
  }

  at(): number {
    return Number(this.#time) / 1e6;
  }

  answersPrivately(): boolean {
    return this.#answers.slice(0, MOST_ADDRESSES).some(isPrivateAnswer);
  }
}

/** The list of the first rule; a rule without one is somebody's own. */
function listOfRule(rules: readonly unknown[]): number | undefined {
  const rule: Fields | undefined = fieldsOf(rules[0]);
  if (rule === undefined) return undefined;
  const list = numberOf(rule['filter_list_id']) ?? 0;
  return Number.isInteger(list) ? list : undefined;
}

function answerOf(answers: readonly unknown[]): AnswerAddresses {
  const addresses: string[] = [];
  let ttl: number | undefined;
  for (const answer of answers.slice(0, MOST_ADDRESSES)) {
    const fields = fieldsOf(answer);
    const type = fields?.['type'];
    if (fields === undefined || (type !== 'A' && type !== 'AAAA')) continue;
    addresses.push(textOf(fields['value']));
    const lives = numberOf(fields['ttl']);
    if (lives !== undefined && lives >= 0) ttl = Math.min(ttl ?? Infinity, lives);
  }
  return { addresses, ttl };
}

function isPrivateAnswer(answer: unknown): boolean {
  const fields = fieldsOf(answer);
  return (fields?.['type'] === 'A' || fields?.['type'] === 'AAAA') && isPrivateAddress(textOf(fields['value']));
}
