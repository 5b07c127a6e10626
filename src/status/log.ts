import pino, { type DestinationStream } from 'pino';
import type { Finding } from '../model/resource.ts';
import type { TraceEvent } from '../model/trace.ts';
import { logMembers } from './log-members.ts';
import { Narrator } from './narrator.ts';
import type { TraceLine } from './trace-line.ts';

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
      logger[line.level](
        { time: new Date(event.at).toISOString(), event: event.type, ...logMembers(event) },
        line.text,
      );
    },
  };
}
