import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';
import { Activities } from './activities.ts';
import { LiveRegion, type LiveScreen } from './live-region.ts';
import type { NarrationOptions } from './narration.ts';
import { createTerminalLog, renderLine } from './terminal-log.ts';

/** Milliseconds between two plain lines of progress. */
const PLAIN_INTERVAL = 15_000;

export interface ProgressLogOptions extends NarrationOptions {
  write: (text: string) => void;
  color: boolean;
  times: boolean;
  clock: Clock;
  /** Undefined: nothing may be written over, so what goes on is told by a plain line now and then. */
  screen: LiveScreen | undefined;
}

/**
 * The log for somebody who watches, with what goes on for a while: below it on a terminal, in plain lines elsewhere. Ends
 * with the event `stopped`.
 */
export function createProgressLog(options: ProgressLogOptions): { consume(event: TraceEvent): void } {
  return options.screen === undefined ? plainLog(options) : liveLog(options, options.screen);
}

function liveLog(options: ProgressLogOptions, screen: LiveScreen): { consume(event: TraceEvent): void } {
  const { write, clock } = options;
  const activities = new Activities();
  const lines = (): string[] => activities.lines(clock.now()).map(({ text }) => text);
  const region = new LiveRegion({ write, screen, clock, lines, goesOn: () => activities.goOn });
  const log = createTerminalLog({ ...options, write: (text) => region.say(text) });
  return {
    consume(event) {
      if (event.type === 'stopped') region.close();
      if (activities.consume(event)) region.changed();
      log.consume(event);
    },
  };
}

function plainLog(options: ProgressLogOptions): { consume(event: TraceEvent): void } {
  const { write, clock, times } = options;
  const activities = new Activities();
  const log = createTerminalLog(options);
  let cancel: (() => void) | undefined;
  /** What was told of each. */
  let told = new Map<string, string>();
  const tell = (): void => {
    cancel = undefined;
    const now = clock.now();
    // The gate itself was told, and a human who comes back finds it there.
    const lines = activities.lines(now).filter(({ id }) => !id.startsWith('turn '));
    for (const { id, text } of lines) {
      if (told.get(id) === text) continue;
      const line = { level: 'info', mark: 'plain', text, details: [] } as const;
      write(renderLine(line, { color: false, time: times ? new Date(now).toTimeString().slice(0, 8) : '' }));
    }
    told = new Map(lines.map(({ id, text }) => [id, text]));
    if (lines.length > 0) cancel = clock.after(PLAIN_INTERVAL, tell);
  };
  return {
    consume(event) {
      log.consume(event);
      if (event.type === 'stopped') cancel?.();
      else if (activities.consume(event)) cancel ??= clock.after(PLAIN_INTERVAL, tell);
    },
  };
}
