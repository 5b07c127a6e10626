import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { World } from './world.ts';

/** A `bastion run` of the build. */
export class Background {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = '';
  #waiting: (() => void)[] = [];

  constructor(world: World) {
    const [program = '', ...args] = world.command('run', '--listen', 'none', '--log', 'text');
    this.#child = spawn(program, args, { env: world.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const look of this.#waiting.splice(0)) look();
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => (this.#output += String(error)));
      this.#child.on('close', () => {
        resolve();
        for (const look of this.#waiting.splice(0)) look();
      });
    });
  }

  /** Waits until it says that it has converged. */
  async converged(): Promise<void> {
    while (!/converged/i.test(this.#output)) {
      if (this.#child.exitCode !== null) throw new Error(`bastion run has ended:\n${this.#output}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Takes it off the processor, so that it does not get in the way of a floor. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** MB, as the kernel counts them now. */
  memory(): { resident: number; anonymous: number } {
    const status = readFileSync(`/proc/${String(this.#child.pid)}/status`, 'utf8');
    const megabytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
    return { resident: megabytes('VmRSS'), anonymous: megabytes('RssAnon') };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.resume();
      this.#child.kill('SIGTERM');
    }
    await this.#ended;
  }
}
