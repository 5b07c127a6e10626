import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, runCommand } from '../../scripts/support/run-command.ts';

const MEGABYTE = 1024 * 1024;

/** A small file system of its own at a directory, which can be filled, unmounted and mounted again without losing what is on it. */
export class SmallDisk {
  readonly #store: string;
  readonly #directory: string;

  private constructor(store: string, directory: string) {
    this.#store = store;
    this.#directory = directory;
  }

  /**
   * @param store where the file system itself is kept mounted
   * @param directory where it is to be seen
   * @returns why there cannot be one, in words, or the disk
   */
  static async make(store: string, directory: string, megabytes: number): Promise<SmallDisk | string> {
    for (const each of [store, directory]) mkdirSync(each, { recursive: true });
    const { code, output } = await runCommand(['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', store]);
    if (code !== 0) return `no small disk: ${output.trim()}`;
    const disk = new SmallDisk(store, directory);
    await disk.mount();
    return disk;
  }

  async mount(): Promise<void> {
    await mustRun(['mount', '--bind', this.#store, this.#directory]);
  }

  /** As a disk that is gone after a reboot; who has it open keeps it. */
  async unmount(): Promise<void> {
    await mustRun(['umount', '-l', this.#directory]);
  }

  /** Both places. */
  async remove(): Promise<void> {
    await runCommand(['umount', '-l', this.#directory]);
    await mustRun(['umount', '-l', this.#store]);
  }

  /** Share that is free, 0 to 1. */
  get free(): number {
    const { bavail, blocks } = statfsSync(this.#store);
    return bavail / blocks;
  }

  /** Writes until not a byte more fits. */
  fill(): void {
    const file = openSync(join(this.#store, 'ballast'), 'a');
    try {
      for (let size = MEGABYTE; size >= 1; size = Math.floor(size / 2)) {
        const block = Buffer.alloc(size, 1);
        try {
          for (;;) if (writeSync(file, block) < size) break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  /** Takes back what filled it. */
  relieve(): void {
    rmSync(join(this.#store, 'ballast'));
  }
}
