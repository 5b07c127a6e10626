import type { Finding } from '../model/resource.ts';
import type { TraceEvent } from '../model/trace.ts';
import { Narrator } from './narrator.ts';
import type { TraceLine } from './trace-line.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** How events are told to people. */
export interface NarrationOptions {
  /** A problem of the desired state as one line, with the path that the person knows. */
  formatFinding: (finding: Finding) => string;
  /** A text as it is true of the command that tells it: commands as they have to be typed, no promise that it does not keep. */
  reword?: (text: string) => string;
  /** The least that is told, default `info`; `debug` shows every pass. */
  level?: TraceLine['level'];
}

/** Makes a line for people of each trace event; undefined when it is no news, or less than the level asked for. */
export function createNarration(options: NarrationOptions): (event: TraceEvent) => TraceLine | undefined {
  const narrator = new Narrator(options.formatFinding);
  const reword = options.reword ?? ((text: string): string => text);
  const threshold = LEVELS.indexOf(options.level ?? 'info');
  return (event) => {
    const line = narrator.tell(event);
    if (line === undefined || LEVELS.indexOf(line.level) < threshold) return undefined;
    return { ...line, text: reword(line.text), details: line.details.map(reword) };
  };
}
