import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';
import type { FileDigests } from './file-digests.ts';

/** What a file system changes whenever somebody writes to a file or exchanges it; the change time cannot be set by hand. */
type Witness = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>;

interface Known extends Witness {
  readonly digest: string;
}

/**
 * A change right after a file was read may get the same time, as file systems count time in steps: what changed so shortly
 * before it was read (in nanoseconds) is read again.
 */
const SETTLED = 2_000_000_000n;
const MOST_FILES = 40_000;

/** Digests of files, kept for as long as nothing says that the file has changed: a build context may hold 100 MB. */
export class ContextDigests implements FileDigests {
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;
  readonly #buffer = Buffer.alloc(1 << 16);

  /** `now` in milliseconds, of the clock that the file system's times are of. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  of(path: string): string {
    const descriptor = openSync(path, 'r');
    try {
      const before = fstatSync(descriptor, { bigint: true });
      const known = this.#known.get(path);
      if (known !== undefined && isSame(known, before)) return known.digest;
      const readAt = BigInt(Math.floor(this.#now())) * 1_000_000n;
      const digest = this.#read(descriptor);
      this.#known.delete(path);
      const isSettled = readAt - newest(before) > SETTLED && isSame(before, fstatSync(descriptor, { bigint: true }));
      if (isSettled && this.#known.size < MOST_FILES) this.#known.set(path, { ...witnessOf(before), digest });
      return digest;
    } finally {
      closeSync(descriptor);
    }
  }

  #read(descriptor: number): string {
    const hash = createHash('sha256');
    for (let count = readSync(descriptor, this.#buffer); count > 0; count = readSync(descriptor, this.#buffer))
      hash.update(this.#buffer.subarray(0, count));
    return hash.digest('hex');
  }
}

function newest({ mtimeNs, ctimeNs }: Witness): bigint {
  return mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
}

function witnessOf({ dev, ino, size, mtimeNs, ctimeNs }: Witness): Witness {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

function isSame(one: Witness, other: Witness): boolean {
  return (
    one.dev === other.dev &&
    one.ino === other.ino &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}
