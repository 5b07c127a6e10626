import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ObservedPath } from '../model/observed.ts';
import { isSettled, versionOf } from './file-version.ts';
import { pathStatus, pathWithout } from './path-status.ts';

/** Files above this size (bytes) are not hashed: none of ours is that large, so content of that size is foreign. */
export const HASHED_SIZE_LIMIT = 16n * 1024n * 1024n;

interface Remembered {
  /** Identity and times of what the digest or target is of; empty when they are not to be trusted again. */
  readonly version: string;
  readonly observed: ObservedPath;
}

/** Looks at host paths without following symlinks; remembers digests of files that did not change, and where symlinks lead. */
export class PathObserver {
  readonly #now: () => number;
  #remembered = new Map<string, Remembered>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Every path to what is there; equal findings are the same objects as before. Never throws: errors are values.
   *
   * @param sealed those of them of which no digest may be taken: their content is nobody's to know
   */
  async observe(
    paths: readonly string[],
    sealed: ReadonlySet<string> = new Set(),
  ): Promise<Record<string, ObservedPath>> {
    const entries = await Promise.all(
      paths.map(async (path) => [path, await this.#look(path, sealed.has(path))] as const),
    );
    this.#remembered = new Map(entries);
    return Object.fromEntries(entries.map(([path, { observed }]) => [path, observed]));
  }

  async #look(path: string, isSealed: boolean): Promise<Remembered> {
    const before = this.#remembered.get(path);
    const next = await this.#fresh(path, isSealed, before);
    return before !== undefined && isDeepStrictEqual(before.observed, next.observed)
      ? { version: next.version, observed: before.observed }
      : next;
  }

  async #fresh(path: string, isSealed: boolean, before: Remembered | undefined): Promise<Remembered> {
    let status: BigIntStats;
    try {
      status = await lstat(path, { bigint: true });
    } catch (error) {
      return { version: '', observed: pathWithout(error) };
    }
    const found = pathStatus(status);
    const hasDigest = found.type === 'file' && !isSealed && status.size <= HASHED_SIZE_LIMIT;
    if (!hasDigest && found.type !== 'symlink') return { version: '', observed: found };

    const current = versionOf(status);
    const version = isSettled(status, this.#now()) ? current : '';
    const known = before?.version === current ? before.observed : undefined;
    try {
      if (found.type === 'symlink') {
        return { version, observed: { ...found, target: known?.target ?? (await readlink(path)) } };
      }
      return { version, observed: { ...found, digest: known?.digest ?? (await digestOf(path)) } };
    } catch (error) {
      return { version: '', observed: { ...found, type: 'unreadable', error: (error as Error).message } };
    }
  }
}

async function digestOf(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return createHash('sha256')
      .update(await handle.readFile())
      .digest('hex');
  } finally {
    await handle.close();
  }
}
