import type { TraceEvent } from '../../model/trace.ts';
import { createNarration, type NarrationOptions } from '../narration.ts';
import { encodeJournal } from './encode-journal.ts';
import type { SendDatagram } from './inherited-socket.ts';
import { journalEntry } from './journal-entry.ts';

/**
 * A consumer of trace events that writes to the journal, with fields. What the journal's socket does not take (its queue
 * is full) goes to standard output, a line each with its priority in front (sd-daemon(3)): that way waits in a buffer of
 * ours instead of being lost.
 */
export function createJournalLog(
  options: NarrationOptions & {
    send: SendDatagram;
    /** Standard output, which systemd reads. */
    write(text: string): void;
  },
): { consume(event: TraceEvent): void } {
  const narrate = createNarration(options);
  return {
    consume(event) {
      const line = narrate(event);
      if (line === undefined) return;
      const fields = journalEntry(event, line);
      if (options.send(encodeJournal(fields))) return;
      const lines = (fields['MESSAGE'] ?? '').split('\n').map((text) => `<${fields['PRIORITY'] ?? '6'}>${text}\n`);
      options.write(lines.join(''));
    },
  };
}
