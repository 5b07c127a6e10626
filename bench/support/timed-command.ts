import { spawn } from 'node:child_process';

/** What a command took. */
export interface Taken {
  readonly milliseconds: number;
  /** Largest resident set of the command or of one of its children, in MB (getrusage's ru_maxrss). */
  readonly peakMegabytes: number;
  readonly output: string;
}

/** Debian's `time`: the shell's own says nothing of memory. */
export const TIME_PROGRAM = '/usr/bin/time';

/** Runs a command to its end under `time`. Rejects with its output when it does not exit with 0. */
export function timedCommand(
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(TIME_PROGRAM, ['-f', 'peak-kilobytes=%M', ...command], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let milliseconds = 0;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('exit', () => (milliseconds = performance.now() - started));
    child.on('close', (code) => {
      const peak = /peak-kilobytes=(\d+)/.exec(output)?.[1];
      if (code === 0 && peak !== undefined) resolve({ milliseconds, peakMegabytes: Number(peak) / 1024, output });
      else reject(new Error(`${command.join(' ')} exited with ${String(code)}:\n${output.slice(-2000)}`));
    });
  });
}
