import type { TraceEvent } from '../model/trace.ts';
import { createNarration, type NarrationOptions } from './narration.ts';
import type { LineMark, TraceLine } from './trace-line.ts';

const RESET = '\u001b[0m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';

/** Mark and ANSI colour of each kind of news. */
const LOOKS: Readonly<Record<LineMark, { readonly sign: string; readonly color: string }>> = {
  add: { sign: '+', color: '\u001b[32m' },
  change: { sign: '~', color: '\u001b[33m' },
  remove: { sign: '-', color: '\u001b[31m' },
  good: { sign: '=', color: '\u001b[1;32m' },
  warning: { sign: '!', color: '\u001b[33m' },
  error: { sign: 'x', color: '\u001b[1;31m' },
  halt: { sign: '!', color: '\u001b[1;35m' },
  plain: { sign: ' ', color: '' },
};

/** One piece of news as terminal text with a newline; `time` is `10:02:03` or empty. */
export function renderLine(line: TraceLine, options: { color: boolean; time: string }): string {
  const { sign, color } = LOOKS[line.mark];
  const paint = (code: string, text: string): string =>
    options.color && code !== '' ? `${code}${text}${RESET}` : text;
  const prefix = options.time === '' ? '' : `${paint(DIM, options.time)} `;
  const indent = ' '.repeat(options.time === '' ? 4 : options.time.length + 5);
  const strong = line.mark === 'good' || line.mark === 'halt' || line.mark === 'error';
  const head = strong ? paint(color, `${sign} ${line.text}`) : `${paint(color, sign)} ${line.text}`;
  const details = line.details.map((detail) => `${indent}${detail}`);
  const command = line.command === undefined ? [] : [`${indent}${paint(BOLD, line.command)}`];
  return `${[prefix + head, ...details, ...command].join('\n')}\n`;
}

/**
 * A consumer of trace events that tells them to somebody who watches. The clock time is left out with `times: false`.
 */
export function createTerminalLog(
  options: NarrationOptions & {
    write(text: string): void;
    color: boolean;
    times: boolean;
  },
): { consume(event: TraceEvent): void } {
  const narrate = createNarration(options);
  return {
    consume(event) {
      const line = narrate(event);
      if (line === undefined) return;
      const time = options.times ? new Date(event.at).toTimeString().slice(0, 8) : '';
      options.write(renderLine(line, { color: options.color, time }));
    },
  };
}
