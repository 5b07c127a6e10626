import type { TraceEvent } from '../../model/trace.ts';
import { logMembers } from '../log-members.ts';
import type { TraceLine } from '../trace-line.ts';

/** Of syslog(3). */
const PRIORITIES: Readonly<Record<TraceLine['level'], number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** Fields of one entry; names are upper case letters, digits and underscores. */
export type JournalFields = Readonly<Record<string, string>>;

/**
 * One piece of news as the journal's fields: `MESSAGE` with its details and what the person may type, `PRIORITY`,
 * `BASTION_EVENT`, and where they apply `BASTION_RESOURCE` (`Container/web`), `BASTION_REASON`, `BASTION_STEP`,
 * `BASTION_OUTCOME` and `BASTION_REVISION`. `BASTION_DETAILS` is JSON of what a line of the JSON log holds beside its
 * words. Secrets are redacted.
 */
export function journalEntry(event: TraceEvent, line: TraceLine): JournalFields {
  const message = [line.text, ...line.details, ...(line.command === undefined ? [] : [line.command])].join('\n');
  const known = {
    BASTION_RESOURCE: resourceOf(event),
    BASTION_REASON: event.type === 'condition-changed' ? event.condition.reason : undefined,
    BASTION_STEP: 'step' in event ? event.step.op : undefined,
    BASTION_OUTCOME: event.type === 'step-finished' ? event.outcome.type : undefined,
    BASTION_REVISION: 'revision' in event ? event.revision : undefined,
  };
  return {
    MESSAGE: message,
    PRIORITY: String(PRIORITIES[line.level]),
    SYSLOG_IDENTIFIER: 'bastion',
    BASTION_EVENT: event.type,
    ...Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    BASTION_DETAILS: JSON.stringify(logMembers(event)),
  };
}

function resourceOf(event: TraceEvent): string | undefined {
  if ('step' in event) return event.step.target;
  if (event.type === 'condition-changed') return event.condition.key;
  return 'key' in event ? event.key : undefined;
}
