import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { runCommand } from '../../scripts/support/run-command.ts';
import { eventually } from './eventually.ts';

/**
 * A real file system whose server never answers, as a dead NFS server's: FUSE without anybody who reads its requests. Who
 * touches it hangs in the kernel until `end`.
 */
export class HangingFileSystem {
  readonly #directory: string;
  readonly #pid: string;
  readonly #server: ChildProcess;

  private constructor(directory: string, pid: string, server: ChildProcess) {
    this.#directory = directory;
    this.#pid = pid;
    this.#server = server;
  }

  /**
   * @param pid of whoever shall see it at the directory, which must be there for it; default: this machine
   * @returns why there cannot be one, in words, or the file system, mounted
   */
  static async mount(directory: string, pid?: number): Promise<HangingFileSystem | string> {
    if (pid === undefined) mkdirSync(directory, { recursive: true });
    const seer = String(pid ?? 'self');
    // The mount lives as long as somebody has the device open, which is this shell, and then the sleep that it becomes.
    const script =
      'exec 3<>/dev/fuse && mount -N "/proc/$2/ns/mnt" -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0,allow_other ' +
      'silent "$1" && exec sleep 600';
    const server = spawn('bash', ['-c', script, 'bash', directory, seer], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const isMounted = (): boolean => readFileSync(`/proc/${seer}/mountinfo`, 'utf8').includes(` ${directory} `);
    await eventually(
      () => {
        if (!isMounted() && server.exitCode === null) throw new Error('neither mounted nor ended');
      },
      { within: 20_000 },
    );
    return isMounted() ? new HangingFileSystem(directory, seer, server) : `no FUSE: ${said.trim()}`;
  }

  /** Everybody who hangs gets an error, and on this machine what was at the directory before is there again. May be called twice. */
  async end(): Promise<void> {
    this.#server.kill('SIGKILL');
    if (this.#pid === 'self') await runCommand(['umount', '-l', this.#directory]);
  }
}
