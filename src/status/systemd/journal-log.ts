import type { Finding } from '../../model/resource.ts';
import type { TraceEvent } from '../../model/trace.ts';
import { Narrator, type TraceLine } from '../trace-line.ts';
import { encodeJournal } from './encode-journal.ts';
import type { SendDatagram } from './inherited-socket.ts';
import { journalEntry } from './journal-entry.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'];

/**
 * A consumer of trace events that writes to the journal, with fields. What the journal's socket does not take (its queue
 * is full) goes to standard output, a line each with its priority in front (sd-daemon(3)): that way waits in a buffer of
 * ours instead of being lost.
 *
 * @param options.level `debug` shows every pass
 */
export function createJournalLog(options: {
  send: SendDatagram;
  /** Standard output, which systemd reads. */
  write(text: string): void;
  formatFinding: (finding: Finding) => string;
  level?: TraceLine['level'];
}): { consume(event: TraceEvent): void } {
  const narrator = new Narrator(options.formatFinding);
  const threshold = LEVELS.indexOf(options.level ?? 'info');
  return {
    consume(event) {
      const line = narrator.tell(event);
      if (line === undefined || LEVELS.indexOf(line.level) < threshold) return;
      const fields = journalEntry(event, line);
      if (options.send(encodeJournal(fields))) return;
      const lines = (fields['MESSAGE'] ?? '').split('\n').map((text) => `<${fields['PRIORITY'] ?? '6'}>${text}\n`);
      options.write(lines.join(''));
    },
  };
}
