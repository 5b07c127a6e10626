import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { GitIndexEntry } from '../model/git-index.ts';
import { isMissing } from '../model/read-error-text.ts';
import type { SilenceAt } from './host-places.ts';

const TYPE = 0o170000;
const [FILE, SYMLINK] = [0o100000, 0o120000];
/** More files are not looked at, nor is more content read: it is asked at every reading of the desired state. */
const MOST_FILES = 5_000;
/** Bytes of all files whose times tell nothing, as in a copy. */
const MOST_CONTENT = 16 << 20;

/** A part of a work tree. */
export interface WorkTreePart {
  /** Absolute path of the work tree. */
  readonly top: string;
  /** Of the part, below that, separated by `/`; empty for all of it. */
  readonly path: string;
  /** Files below the part that were read, whether or not git tracks them. */
  readonly manifests: readonly string[];
  /** Why a path must not be touched; absent: all may. */
  readonly silenceAt?: SilenceAt | undefined;
}

type Entries = ReadonlyMap<string, GitIndexEntry>;

/**
 * Whether a part of a work tree is something else than what was last checked out, committed or staged there: a file that git
 * tracks was edited or removed, or a manifest is there that git does not track. What cannot be told does not count, nor does who
 * may run a file; what is staged counts as committed, as only git's objects would tell.
 *
 * @param indexedAt when the index was written, nanoseconds since the epoch
 */
export function hasGitChanges(entries: Entries, indexedAt: bigint, part: WorkTreePart): boolean {
  const { top, path, manifests, silenceAt } = part;
  const prefix = path === '' ? '' : `${path}/`;
  if (manifests.some((file) => !isTracked(`${prefix}${file}`, entries))) return true;
  const tracked = [...entries].filter(([name]) => name.startsWith(prefix));
  if (tracked.length > MOST_FILES) return false;
  const budget = { left: BigInt(MOST_CONTENT) };
  return tracked.some(([name, entry]) => {
    if (entry.isUnmerged) return true;
    const file = join(top, name);
    return !entry.isUnwatched && silenceAt?.(file) === undefined && isChanged(file, entry, indexedAt, budget);
  });
}

/** Whether it, or a symlink on the way to it, is listed. */
function isTracked(path: string, entries: Entries): boolean {
  for (let name = path; ; name = name.slice(0, name.lastIndexOf('/'))) {
    if (entries.has(name)) return true;
    if (!name.includes('/')) return false;
  }
}

function isChanged(path: string, entry: GitIndexEntry, indexedAt: bigint, budget: { left: bigint }): boolean {
  const type = entry.mode & TYPE;
  if (type !== FILE && type !== SYMLINK) return false;
  try {
    const status = lstatSync(path, { bigint: true });
    if (type === SYMLINK) return !status.isSymbolicLink() || !isContent(readlinkSync(path, 'buffer'), entry);
    if (!status.isFile()) return true;
    if (isAsIndexed(status, entry, indexedAt)) return false;
    if (entry.size !== 0 && BigInt(entry.size) !== BigInt.asUintN(32, status.size)) return true;
    if (status.size > budget.left) return false;
    budget.left -= status.size;
    return !isContent(readFileSync(path), entry);
  } catch (error) {
    return isMissing(error);
  }
}

/** By its times, as git tells it; not where it may have been written in the same moment as the index, and later. */
function isAsIndexed({ size, mtimeNs }: BigIntStats, entry: GitIndexEntry, indexedAt: bigint): boolean {
  return BigInt(entry.size) === BigInt.asUintN(32, size) && entry.modifiedAt === mtimeNs && mtimeNs < indexedAt;
}

function isContent(content: Buffer, { id }: GitIndexEntry): boolean {
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex') === id;
}
