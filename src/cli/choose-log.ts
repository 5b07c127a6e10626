import { formatFinding } from '../desired/format-finding.ts';
import type { Finding } from '../model/resource.ts';
import type { TraceEvent } from '../model/trace.ts';
import { withoutPromise } from '../model/tried-again.ts';
import { createJournalLog } from '../status/systemd/journal-log.ts';
import type { SendDatagram } from '../status/systemd/inherited-socket.ts';
import { systemClock } from '../runtime/clock.ts';
import { createProgressLog } from '../status/progress-log.ts';
import type { Settings } from './arguments.ts';
import { UsageError } from './errors.ts';
import { completeHints } from './hinted-command.ts';
import type { Output } from './output.ts';
import { shownDirectory } from './shown-directory.ts';

/** Something that follows the trace. */
export interface TraceConsumer {
  consume(event: TraceEvent): void;
}

/**
 * The log that `--log` asks for: words, or JSON. `automatic` is what `auto` means for the command; where there is a way
 * to the journal, that. `once`: no operator goes on trying what failed. The log library is loaded for JSON only.
 */
export async function chooseLog(
  settings: Settings,
  output: Output,
  options: { automatic: 'text' | 'json'; times: boolean; journal?: SendDatagram | undefined; once?: boolean },
): Promise<TraceConsumer> {
  if (!['auto', 'text', 'json'].includes(settings.log))
    throw new UsageError(`--log must be auto, text or json, not ${settings.log}`);
  const format = settings.log === 'auto' ? options.automatic : settings.log;
  const directory = shownDirectory(settings.desiredDirectory);
  const shared = {
    reword: (text: string) => completeHints(options.once === true ? withoutPromise(text) : text, settings.given),
    formatFinding: (finding: Finding) => formatFinding(finding, directory),
    level: settings.verbose ? 'debug' : 'info',
  } as const;
  if (settings.log === 'auto' && options.journal !== undefined)
    return createJournalLog({ ...shared, send: options.journal, write: (text) => output.write(text) });
  if (format === 'text')
    return createProgressLog({
      ...shared,
      write: (text) => output.write(text),
      color: output.color,
      times: options.times,
      clock: systemClock,
      screen: output.screen,
    });
  const { createJsonLog } = await import('../status/log.ts');
  return createJsonLog({ ...shared, destination: output });
}
