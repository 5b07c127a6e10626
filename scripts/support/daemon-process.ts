import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The arguments of a process; undefined when there is none (or it is a zombie). */
export function commandLine(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text === '' ? undefined : text.split('\0').filter((argument) => argument !== '');
  } catch {
    return undefined;
  }
}

/** Process id in a pid file; undefined when there is none. */
export function readPid(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Processes whose arguments hold a text, by id. For a private engine: everything that works in its directory. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => commandLine(pid)?.some((argument) => argument.includes(text)) === true);
}

/** Whether any Docker daemon runs on this machine. */
export function anyDaemonRuns(): boolean {
  return readdirSync('/proc').some((entry) => {
    const program = /^\d+$/.test(entry) ? commandLine(Number(entry))?.[0] : undefined;
    return program !== undefined && /(^|\/)dockerd$/.test(program);
  });
}

/**
 * Ends a process by its id: SIGTERM, then SIGKILL after `graceMilliseconds`. `mine` is asked right before each signal,
 * so that a reused id is never signalled. Resolves once the process is gone.
 */
export async function endProcess(
  pid: number,
  mine: (arguments_: string[]) => boolean,
  graceMilliseconds: number,
): Promise<void> {
  const alive = (): boolean => {
    const now = commandLine(pid);
    return now !== undefined && mine(now);
  };
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!alive()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const until = Date.now() + graceMilliseconds;
    while (alive() && Date.now() < until) await sleep(50);
  }
  if (alive()) throw new Error(`Process ${pid} does not end: ${commandLine(pid)?.join(' ')}`);
}
