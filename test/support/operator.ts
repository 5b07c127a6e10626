import { spawn, type ChildProcess } from 'node:child_process';
import { askOverSocket } from '../../src/cli/ask-socket.ts';
import { askOperator, controlSocket } from '../../src/cli/control-client.ts';
import type { StatusJson } from '../../src/status/status-json.ts';
import { eventually } from './eventually.ts';

/** How long an operator on a busy machine may take for anything. */
export const PATIENCE = 30_000;

/** What a command that ran to its end left. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the built bastion, as its user would start it. */
export class Operator {
  readonly #child: ChildProcess;
  readonly #stateDirectory: string;
  readonly #ended: Promise<CommandOutcome>;
  #stdout = '';
  #stderr = '';

  constructor(
    executable: string,
    args: readonly string[],
    options: { readonly stateDirectory: string; readonly directory: string; readonly env: NodeJS.ProcessEnv },
  ) {
    this.#stateDirectory = options.stateDirectory;
    this.#child = spawn(executable, args, {
      cwd: options.directory,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => (this.#stderr += String(error)));
      this.#child.on('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`it was not started: ${this.#stderr}`);
    return this.#child.pid;
  }

  /** All that it wrote so far, standard error last. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for its end. */
  ended(): Promise<CommandOutcome> {
    return this.#ended;
  }

  /** Asks it to stop and waits until it did. */
  stop(): Promise<CommandOutcome> {
    if (this.isRunning) this.#child.kill('SIGTERM');
    return this.#ended;
  }

  /** Any signal; it goes on, or ends, as it likes. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** kill -9. */
  kill(): Promise<CommandOutcome> {
    if (this.isRunning) this.#child.kill('SIGKILL');
    return this.#ended;
  }

  /** What it says of itself over its control socket. */
  async status(): Promise<StatusJson> {
    const status = await askOperator(this.#stateDirectory);
    if (status === undefined) throw new Error(`the operator does not answer\n${this.output}`);
    return status;
  }

  /** Has it look at everything now, as `systemctl reload` does, instead of with the next relist, a minute later at most. */
  async look(): Promise<void> {
    const reply = await askOverSocket(controlSocket(this.#stateDirectory), 'POST', '/api/v1/reconcile', PATIENCE);
    if (reply === undefined) throw new Error(`the operator does not answer\n${this.output}`);
    if (reply.code > 299) throw new Error(`${reply.code}: ${reply.text}`);
  }

  /** Waits until a check of its status holds; fails with the check's error, the headline and the output. */
  async until<T>(check: (status: StatusJson) => T | Promise<T>, within = PATIENCE): Promise<T> {
    let last = 'never answered';
    try {
      return await eventually(
        async () => {
          const status = await this.status();
          last = status.headline;
          return check(status);
        },
        { within, every: 50 },
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`${message}\nlast headline: ${last}\n${this.output.slice(-4000)}`, { cause: error });
    }
  }

  /** Waits for a pass with this result. */
  result(wanted: 'converged' | 'waiting' | 'failing' | 'stopped', within = PATIENCE): Promise<StatusJson> {
    return this.until((status) => {
      if (status.result !== wanted) throw new Error(`${status.result}, not ${wanted}`);
      return status;
    }, within);
  }

  /** The reason of a condition that holds for a resource; undefined when it does not hold. */
  async reason(key: string, type: string): Promise<string | undefined> {
    return conditionOf(await this.status(), key, type)?.reason;
  }
}

/** A condition that holds for a resource, as a status shows it. */
export function conditionOf(
  status: StatusJson,
  key: string,
  type: string,
): StatusJson['resources'][number]['conditions'][number] | undefined {
  return status.resources
    .find((resource) => resource.key === key)
    ?.conditions.find((condition) => condition.type === type && condition.status);
}
