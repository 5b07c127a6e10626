import { spawn, type ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { eventually } from '../eventually.ts';
import { place, REPOSITORY, type Block } from './blocks.ts';

/** Where the blocks of a page are run. */
export interface PageRun {
  readonly env: NodeJS.ProcessEnv;
  /** Shell text that each block begins with, as a new terminal would be prepared. */
  readonly prelude: string;
  /** What stands in the text for what the test has instead: names, ports, images. */
  readonly replace: Readonly<Record<string, string>>;
  /** Milliseconds until a console must show what the page says. */
  readonly within: number;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs the blocks of a page that are marked for it, in order: `run` blocks of sh must succeed; of a console each command is
 * repeated until it shows what the page shows; `terminal` blocks go on until `close`.
 */
export class PageRunner {
  readonly #run: PageRun;
  readonly #terminals: ChildProcess[] = [];
  #said = '';

  constructor(run: PageRun) {
    this.#run = run;
  }

  /** Rejects with the place of the block, what was expected and what came. */
  async block(block: Block): Promise<void> {
    const text = this.#adapted(block.text);
    if (block.mark === 'terminal') this.#open(text);
    else if (block.language === 'console') {
      for (const { command, shown } of consoleCommands(text)) await this.#show(block, command, shown);
    } else {
      const { code, output } = await this.#shell(`set -e\n${text}`);
      expect(code, `${place(block)}:\n${output}\n${this.#said}`).to.equal(0);
    }
  }

  /** Ends the terminals and whatever runs in them. */
  async close(): Promise<void> {
    await Promise.all(
      this.#terminals.splice(0).map(async (terminal) => {
        if (terminal.exitCode !== null || terminal.pid === undefined) return;
        const closed = new Promise((resolve) => terminal.once('close', resolve));
        process.kill(-terminal.pid, 'SIGTERM');
        await closed;
      }),
    );
  }

  async #show(block: Block, command: string, shown: string): Promise<void> {
    const pattern = shownPattern(shown);
    await eventually(
      async () => {
        const { output } = await this.#shell(command);
        expect(squeezed(output), `${place(block)}: $ ${command}\n${output}\n${this.#said}`).to.match(pattern);
      },
      { within: this.#run.within, every: 200 },
    );
  }

  #open(text: string): void {
    const terminal = this.#spawn(text);
    for (const stream of [terminal.stdout, terminal.stderr])
      stream?.setEncoding('utf8').on('data', (said: string) => (this.#said += said));
    this.#terminals.push(terminal);
  }

  async #shell(text: string): Promise<Ended> {
    const child = this.#spawn(text);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (said: string) => (output += said));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, output };
  }

  /** In a process group of its own, so that all of it can be ended. */
  #spawn(text: string): ChildProcess {
    const { env, prelude } = this.#run;
    return spawn('bash', ['-c', `${prelude}\n${text}`], {
      cwd: REPOSITORY,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #adapted(text: string): string {
    return Object.entries(this.#run.replace).reduce((made, [from, to]) => made.replaceAll(from, to), text);
  }
}

/** The commands of a console with what each shows. */
export function consoleCommands(text: string): { readonly command: string; readonly shown: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.split('\n');
      return { command, shown: lines.join('\n') };
    });
}

/**
 * What a page shows as a pattern for what comes: `…` stands for anything in a line (nothing, too, behind a blank at its end), on a line of its own for any lines.
 * How many spaces there are does not matter, since columns are as wide as names.
 */
export function shownPattern(shown: string): RegExp {
  const lines = squeezed(shown).trimEnd().split('\n');
  const source = lines.map((line) =>
    line.trim() === '…'
      ? '(?:.*\\n)*?'
      : `${line
          .split('…')
          .map(escaped)
          .join('.*')
          .replace(/ \.\*$/, '(?: .*)?')}\\n`,
  );
  return new RegExp(`^${source.join('')}$`);
}

function squeezed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .join('\n');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
