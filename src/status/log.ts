import pino, { type DestinationStream } from 'pino';
import { redactChange } from '../model/redact.ts';
import type { Finding } from '../model/resource.ts';
import type { TraceEvent } from '../model/trace.ts';
import { Narrator, type TraceLine } from './trace-line.ts';

/** What of an event goes into its log line beside the words; specs and observed state do not. */
function members(event: TraceEvent): object {
  switch (event.type) {
    case 'step-started':
    case 'step-progress':
    case 'step-finished': {
      const { id, op, target, cause, risk, fields } = event.step;
      const step = { id, op, target, cause, risk, fields: fields.map(redactChange) };
      if (event.type !== 'step-finished') return { step };
      return { step, outcome: event.outcome.type, milliseconds: event.milliseconds, revision: event.revision };
    }
    case 'drift-found':
      return { key: event.key, fields: event.fields.map(redactChange) };
    case 'planned':
      return { digest: event.plan.digest, steps: event.plan.steps.length, milliseconds: event.milliseconds };
    case 'desired-loaded':
      return { revision: event.revision, complete: event.complete, findings: event.findings };
    case 'condition-changed':
      return { condition: event.condition };
    default:
      return Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'at' && name !== 'type'));
  }
}

/**
 * A consumer of trace events that writes JSON log lines with pino: `level`, `time` (ISO 8601), `event` (the trace
 * event's type), its members and `msg` in words. Secrets are redacted. `level`: `debug` shows every pass.
 */
export function createJsonLog(options: {
  destination: DestinationStream;
  formatFinding: (finding: Finding) => string;
  level?: TraceLine['level'];
}): { consume(event: TraceEvent): void } {
  const narrator = new Narrator(options.formatFinding);
  const logger = pino(
    {
      base: null,
      level: options.level ?? 'info',
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.destination,
  );
  return {
    consume(event) {
      const line = narrator.tell(event);
      if (line === undefined || !logger.isLevelEnabled(line.level)) return;
      logger[line.level]({ time: new Date(event.at).toISOString(), event: event.type, ...members(event) }, line.text);
    },
  };
}
