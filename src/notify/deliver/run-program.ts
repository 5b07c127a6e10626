import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

/** What became of a program. */
export type ProgramEnd =
  | { readonly type: 'exited'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly type: 'timeout' }
  | { readonly type: 'unstartable'; readonly code: string };

/** How to run it. */
export interface ProgramRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly input: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a program in a process group of its own, without a shell, and waits for its end. What it writes is read and thrown
 * away, so that it never waits for us, and what it has started keeps nobody waiting. When it ends, the time is over or the
 * signal aborts, what is left of the group is killed: otherwise each run could leave a process for ever.
 */
export function runProgram({ path, args, env, input, timeout, signal }: ProgramRun): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(path, args, { env, detached: true, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
    } catch (error) {
      // Arguments that are too long or hold a NUL are thrown, not told.
      resolve({ type: 'unstartable', code: error instanceof Error && 'code' in error ? String(error.code) : '' });
      return;
    }
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is gone already.
      }
    };
    let isLate = false;
    const expire = (): void => {
      isLate = true;
      kill();
    };
    const timer = setTimeout(expire, timeout);
    signal.addEventListener('abort', expire, { once: true });
    const finish = (end: ProgramEnd): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', expire);
      // A grandchild may hold the other ends for ever.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      resolve(isLate ? { type: 'timeout' } : end);
    };
    child.on('error', (error: NodeJS.ErrnoException) => finish({ type: 'unstartable', code: error.code ?? '' }));
    child.on('exit', (code, by) => {
      kill();
      finish({ type: 'exited', code, signal: by });
    });
    child.stdout.resume();
    child.stderr.resume();
    for (const stream of [child.stdin, child.stdout, child.stderr])
      // It may end without reading what it is told.
      stream.on('error', () => undefined);
    child.stdin.end(input);
    if (signal.aborted) expire();
  });
}
