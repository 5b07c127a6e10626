import { redactChange } from '../model/redact.ts';
import type { TraceEvent } from '../model/trace.ts';

/** What of an event goes into its log line beside the words; specs and observed state do not. */
export function logMembers(event: TraceEvent): object {
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
