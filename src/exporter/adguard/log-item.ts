import { plausibleSeconds, REASONS, type AnswerAddresses, type DnsEvent } from '../accounts/dns-event.ts';
import { quickHash } from '../admission/quick-hash.ts';
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
  const client = textOf(fields['client']);
  const name = textOf(question['name']);
  const type = textOf(question['type']);
  const elapsed = textOf(fields['elapsedMs']);
  const status = textOf(fields['status']);
  const answers = listOf(fields['answer']);
  const event: DnsEvent = {
    client,
    name,
    nameHash: quickHash(name),
    ownName: () => name,
    type,
    reason: REASON_NUMBERS.get(textOf(fields['reason'])) ?? 0,
    list: listOfRule(listOf(fields['rules'])),
    service: textOf(fields['service_name']),
    upstream: textOf(fields['upstream']),
    seconds: plausibleSeconds(Number(elapsed) / 1000),
    cached: fields['cached'] === true,
    code: status === '' ? undefined : status,
    answer: () => answerOf(answers),
    at: () => Number(time) / 1e6,
    answersPrivately: () => answers.slice(0, MOST_ADDRESSES).some(isPrivateAnswer),
  };
  const id = hash(`${timeText}|${client}|${type}|${name}|${elapsed}|${textOf(fields['client_id'])}`);
  return { time, timeText, id, event };
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

/** 53 bits of a text from a place on (cyrb53): a number costs a tenth of the text's memory. */
export function hash(text: string, start: number = 0): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
