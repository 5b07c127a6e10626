import { plausibleSeconds, type DnsEvent } from '../accounts/dns-event.ts';
import { parseDnsAnswer, responseCode } from './dns-message.ts';
import { fieldsOf, listOf, numberOf, textOf } from './json-shape.ts';

const NANOSECONDS = 1e9;

export interface LoggedQuery {
  /** As AdGuard wrote it. */
  readonly timeText: string;
  readonly event: DnsEvent;
}

/** Reads a line of AdGuard's `querylog.json`. Undefined: it is none. */
export function parseLogLine(line: string): LoggedQuery | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const fields = fieldsOf(value);
  const timeText = textOf(fields?.['T']);
  if (fields === undefined || timeText === '' || typeof fields['QH'] !== 'string') return undefined;
  const result = fieldsOf(fields['Result']) ?? {};
  const reason = numberOf(result['Reason']) ?? 0;
  const elapsed = numberOf(fields['Elapsed']) ?? 0;
  const encoded = textOf(fields['Answer']);
  const event: DnsEvent = {
    client: textOf(fields['IP']),
    name: fields['QH'],
    type: textOf(fields['QT']),
    reason: Number.isInteger(reason) ? reason : 0,
    list: listOfResult(result),
    service: textOf(result['ServiceName']),
    upstream: textOf(fields['Upstream']),
    seconds: plausibleSeconds(elapsed / NANOSECONDS),
    cached: fields['Cached'] === true,
    code: responseCode(encoded),
    answer: () => parseDnsAnswer(Buffer.from(encoded, 'base64')),
  };
  return { timeText, event };
}

/** The list of the first rule; older lines have the rule in the result itself. */
function listOfResult(result: Readonly<Record<string, unknown>>): number | undefined {
  const rule = fieldsOf(listOf(result['Rules'])[0]);
  const list =
    rule === undefined
      ? (numberOf(result['FilterID']) ?? (result['Rule'] === undefined ? undefined : 0))
      : (numberOf(rule['FilterListID']) ?? 0);
  return list !== undefined && Number.isInteger(list) ? list : undefined;
}
