import { spawn } from 'node:child_process';

/** What became of a command. */
export interface CommandResult {
  /** Exit code; 128 + n style is not used: a signal gives `signal` and code -1. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error, in order of arrival; empty with `inherit`. */
  readonly output: string;
}

/** How to run a command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Show the output as it comes instead of collecting it. */
  readonly inherit?: boolean;
  /** The command is ended (SIGTERM, then SIGKILL) after so many milliseconds. */
  readonly deadlineMilliseconds?: number;
  /** On abort the command and all that it started are ended. */
  readonly signal?: AbortSignal;
  /** Time between SIGTERM and SIGKILL; default 5 s. */
  readonly graceMilliseconds?: number;
}

/**
 * Runs a program without a shell and waits for its end. Never rejects for a failing command: a program that cannot be
 * started gives code 127 and the reason as output.
 */
export function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = command;
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...process.env, PATH: systemPath(), ...options.env },
      stdio: options.inherit === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that one signal reaches what the command itself has started.
      detached: true,
    });
    const signalGroup = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      signalGroup('SIGTERM');
      timers.push(setTimeout(() => signalGroup('SIGKILL'), options.graceMilliseconds ?? 5000));
    };
    if (options.deadlineMilliseconds !== undefined) timers.push(setTimeout(end, options.deadlineMilliseconds));
    if (options.signal?.aborted === true) end();
    options.signal?.addEventListener('abort', end, { once: true });
    const finish = (code: number, signal: NodeJS.Signals | null, extra = ''): void => {
      for (const timer of timers) clearTimeout(timer);
      options.signal?.removeEventListener('abort', end);
      resolve({ code, signal, output: Buffer.concat(chunks).toString('utf8') + extra });
    };
    child.on('error', (error) => finish(127, null, `${program}: ${error.message}`));
    child.on('close', (code, signal) => finish(code ?? -1, signal));
  });
}

/** Like `runCommand`, but rejects with the command and its output unless it exits with 0. Resolves to the output. */
export async function mustRun(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(command, options);
  if (result.code === 0) return result.output;
  const how = result.signal === null ? `exit code ${result.code}` : `signal ${result.signal}`;
  throw new Error(`${command.join(' ')} failed (${how}):\n${result.output.trim()}`);
}

/** Whether a program is on the path. */
export async function hasProgram(name: string): Promise<boolean> {
  return (await runCommand(['which', name])).code === 0;
}

/** The path with the directories of system programs, which a user's shell may lack. */
function systemPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
}
