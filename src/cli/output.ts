import type { LiveScreen } from '../status/live-region.ts';

/** Where a command writes; standard output and standard error of the process, or a test's. */
export interface Output {
  write(text: string): void;
  /** Whether a person watches. */
  readonly terminal: boolean;
  /** Whether ANSI colours are welcome. */
  readonly color: boolean;
  /** Where lines may be written over; undefined: nowhere (no terminal, or TERM=dumb). */
  readonly screen?: LiveScreen;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan';

const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  magenta: '35',
  cyan: '36',
};

/** Text in a style where the output takes colours, else as it is. */
export function styled(output: Pick<Output, 'color'>, style: Style, text: string): string {
  return output.color && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** A stream as an Output. Colours on a terminal, unless NO_COLOR (https://no-color.org) or TERM=dumb. */
export function streamOutput(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv, noColor: boolean): Output {
  const terminal = stream.isTTY;
  const isDumb = ['', 'dumb'].includes(environment['TERM'] ?? '');
  const refused = noColor || (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return {
    write: (text) => void stream.write(text),
    terminal,
    ...(terminal && !isDumb ? { screen: { columns: () => (stream.columns > 0 ? stream.columns : 80) } } : {}),
    color: !refused && (terminal || (environment['FORCE_COLOR'] ?? '') !== ''),
  };
}
