import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ObservedPath } from '../model/observed.ts';
import { readErrorText } from '../model/read-error-text.ts';
import { isSettled, versionOf } from './file-version.ts';
import type { MountWatch } from './mounts/mount-watch.ts';
import { pathStatus, pathWithout } from './path-status.ts';

/** Files above this size (bytes) are not hashed: none of ours is that large, so content of that size is foreign. */
export const HASHED_SIZE_LIMIT = 16n * 1024n * 1024n;

/** Text of files above this size (bytes) is not kept: no configuration that people write is that long. */
const TEXT_SIZE_LIMIT = 256n * 1024n;

/** How much of a path is looked at. */
type Wanted = 'status' | 'digest' | 'text';

interface Remembered {
  /** Identity and times of what the digest or target is of; empty when they are not to be trusted again. */
  readonly version: string;
  readonly observed: ObservedPath;
}

/** Looks at host paths without following symlinks; remembers digests of files that did not change, and where symlinks lead. */
export class PathObserver {
  readonly #now: () => number;
  readonly #mounts: MountWatch | undefined;
  #remembered = new Map<string, Remembered>();

  /** @param mounts whom to ask whether a path's file system answers; absent: all do */
  constructor(now: () => number, mounts?: MountWatch) {
    this.#now = now;
    this.#mounts = mounts;
  }

  /**
   * Every path to what is there; equal findings are the same objects as before. Never throws: errors are values.
   *
   * @param sealed those of them of which no digest may be taken: their content is nobody's to know
   * @param texts those of them whose text is needed
   */
  async observe(
    paths: readonly string[],
    sealed: ReadonlySet<string> = new Set(),
    texts: ReadonlySet<string> = new Set(),
  ): Promise<Record<string, ObservedPath>> {
    const entries = await Promise.all(
      paths.map(async (path) => {
        const wanted = sealed.has(path) ? 'status' : texts.has(path) ? 'text' : 'digest';
        return [path, await this.#look(path, wanted)] as const;
      }),
    );
    this.#remembered = new Map(entries);
    return Object.fromEntries(entries.map(([path, { observed }]) => [path, observed]));
  }

  async #look(path: string, wanted: Wanted): Promise<Remembered> {
    const before = this.#remembered.get(path);
    const next = await this.#answer(path, () => this.#fresh(path, wanted, before));
    return before !== undefined && isDeepStrictEqual(before.observed, next.observed)
      ? { version: next.version, observed: before.observed }
      : next;
  }

  async #answer(path: string, look: () => Promise<Remembered>): Promise<Remembered> {
    try {
      return await (this.#mounts?.look(path, look) ?? look());
    } catch (error) {
      return { version: '', observed: pathWithout(error) };
    }
  }

  async #fresh(path: string, wanted: Wanted, before: Remembered | undefined): Promise<Remembered> {
    let status: BigIntStats;
    try {
      status = await lstat(path, { bigint: true });
    } catch (error) {
      return { version: '', observed: pathWithout(error) };
    }
    const found = pathStatus(status);
    const hasDigest = found.type === 'file' && wanted !== 'status' && status.size <= HASHED_SIZE_LIMIT;
    if (!hasDigest && found.type !== 'symlink') return { version: '', observed: found };

    const current = versionOf(status);
    const version = isSettled(status, this.#now()) ? current : '';
    const known = before?.version === current ? before.observed : undefined;
    try {
      if (found.type === 'symlink') {
        return { version, observed: { ...found, target: known?.target ?? (await readlink(path)) } };
      }
      const isText = wanted === 'text' && status.size <= TEXT_SIZE_LIMIT;
      const { digest, text } = known ?? {};
      if (digest === undefined || (isText && text === undefined))
        return { version, observed: { ...found, ...(await contentOf(path, isText)) } };
      return { version, observed: { ...found, digest, ...(isText && text !== undefined ? { text } : {}) } };
    } catch (error) {
      return { version: '', observed: { ...found, type: 'unreadable', error: readErrorText(error) } };
    }
  }
}

async function contentOf(path: string, isText: boolean): Promise<Pick<ObservedPath, 'digest' | 'text'>> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const content = await handle.readFile();
    const digest = createHash('sha256').update(content).digest('hex');
    return isText && isUtf8(content) ? { digest, text: content.toString('utf8') } : { digest };
  } finally {
    await handle.close();
  }
}
