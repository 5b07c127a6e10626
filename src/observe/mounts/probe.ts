import type { ChildProcess } from 'node:child_process';

/** A question to a file system that may never be answered. */
export interface Probe {
  /** Resolves with false when the answer is an error. Never rejects. */
  readonly answered: Promise<boolean>;
  /** Gives it up. */
  readonly cancel: () => void;
}

/**
 * Asks a file system by a child process, which holds up nobody when it hangs. It asks for the sizes (statfs(2)), because
 * file systems of the network answer a stat(2) of their root from memory while their server is gone.
 */
export function probeMount(point: string): Probe {
  let child: ChildProcess | undefined;
  let isCancelled = false;
  const answered = (async () => {
    // Loaded by those who have such a mount.
    const { spawn } = await import('node:child_process');
    if (isCancelled) return true;
    return new Promise<boolean>((resolve) => {
      child = spawn('stat', ['--file-system', '--format=', '--', point], { cwd: '/', stdio: 'ignore' });
      // Without the program nothing is known against the mount.
      child.once('error', () => resolve(true));
      child.once('exit', (code) => resolve(code === 0));
      // One that hangs must not keep alive what wants to end.
      child.unref();
    });
  })();
  return {
    answered,
    cancel() {
      isCancelled = true;
      child?.kill('SIGKILL');
    },
  };
}
