import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ObservedPath } from '../model/observed.ts';

/** Files above this size (bytes) are not hashed: none of ours is that large, so content of that size is foreign. */
export const HASHED_SIZE_LIMIT = 16n * 1024n * 1024n;

/** A file changed this recently may change again without a visible change of its times (clock ticks are ~10 ms). */
const SETTLED_MILLISECONDS = 100;

interface Remembered {
  /** Identity and times of the file whose digest this is; empty when the digest is not to be trusted again. */
  readonly version: string;
  readonly observed: ObservedPath;
}

/** Looks at host paths without following symlinks; remembers digests of files that did not change. */
export class PathObserver {
  readonly #now: () => number;
  #remembered = new Map<string, Remembered>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Every path to what is there; equal findings are the same objects as before. Never throws: errors are values. */
  async observe(paths: readonly string[]): Promise<Record<string, ObservedPath>> {
    const entries = await Promise.all(paths.map(async (path) => [path, await this.#look(path)] as const));
    this.#remembered = new Map(entries);
    return Object.fromEntries(entries.map(([path, { observed }]) => [path, observed]));
  }

  async #look(path: string): Promise<Remembered> {
    const before = this.#remembered.get(path);
    const next = await this.#fresh(path, before);
    return before !== undefined && isDeepStrictEqual(before.observed, next.observed)
      ? { version: next.version, observed: before.observed }
      : next;
  }

  async #fresh(path: string, before: Remembered | undefined): Promise<Remembered> {
    let status: BigIntStats;
    try {
      status = await lstat(path, { bigint: true });
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return { version: '', observed: missing ? absent('missing') : absent('unreadable', error) };
    }
    const found = {
      uid: Number(status.uid),
      gid: Number(status.gid),
      mode: Number(status.mode & 0o7777n),
      modifiedAt: Number(status.mtimeMs),
    };
    if (status.isDirectory()) return { version: '', observed: { type: 'directory', ...found } };
    if (status.isSymbolicLink()) return { version: '', observed: { type: 'symlink', ...found } };
    if (!status.isFile()) return { version: '', observed: { type: 'other', ...found } };
    if (status.size > HASHED_SIZE_LIMIT) return { version: '', observed: { type: 'file', ...found } };

    const version = `${status.ino}:${status.size}:${status.mtimeNs}:${status.ctimeNs}`;
    const known = before?.version === version ? before.observed.digest : undefined;
    if (known !== undefined) return { version, observed: { type: 'file', ...found, digest: known } };
    try {
      const settled = this.#now() - Number(status.ctimeMs) > SETTLED_MILLISECONDS;
      return { version: settled ? version : '', observed: { type: 'file', ...found, digest: await digestOf(path) } };
    } catch (error) {
      return { version: '', observed: { ...found, type: 'unreadable', error: (error as Error).message } };
    }
  }
}

function absent(type: 'missing' | 'unreadable', error?: unknown): ObservedPath {
  return {
    type,
    uid: 0,
    gid: 0,
    mode: 0,
    modifiedAt: 0,
    ...(error === undefined ? {} : { error: (error as Error).message }),
  };
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
