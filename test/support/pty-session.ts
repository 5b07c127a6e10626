import { spawn, type ChildProcess } from 'node:child_process';
import { eventually } from './eventually.ts';
import { Screen } from './screen.ts';

/** A command on a pseudo-terminal (script of util-linux) of so many columns, as a person would see it. */
export class PtySession {
  readonly #child: ChildProcess;
  readonly #columns: number;
  readonly #ended: Promise<number | null>;
  /** All that came, with every control sequence. */
  output = '';

  constructor(command: string, options: { readonly columns: number; readonly env: NodeJS.ProcessEnv }) {
    this.#columns = options.columns;
    const session = `stty cols ${options.columns} rows 24; exec ${command}`;
    this.#child = spawn('script', ['-qefc', session, '/dev/null'], {
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.#child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => (this.output += String(error)));
      this.#child.on('close', (code) => resolve(code));
    });
  }

  /** What is on the screen now. */
  get rows(): string[] {
    const screen = new Screen(this.#columns);
    screen.write(this.output);
    return screen.rows;
  }

  /** Types, e.g. Ctrl-C as `\u0003`. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Waits until something is on the screen. */
  until(check: (rows: readonly string[]) => void, within = 30_000): Promise<void> {
    return eventually(() => check(this.rows), { within, every: 50 });
  }

  /** Exit code of the command. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  kill(): void {
    // The hang-up reaches the command.
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
  }
}
