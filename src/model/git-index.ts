/** Length of an object name, the trailing checksum included: SHA-1 and SHA-256. */
const HASH_LENGTHS = [20, 32];
const HEADER = 12;
/** Times, device, inode, mode, owner, group, size. */
const STATUS = 40;
const ASSUMED = 0x8000;
const EXTENDED = 0x4000;
const STAGE = 0x3000;
/** Of the extended flags. */
const SKIPPED = 0x4000;

/** A path as it was last staged or checked out. */
export interface GitIndexEntry {
  /** As in a tree: 0100644, 0100755, 0120000 (symlink), 0160000 (another repository). */
  readonly mode: number;
  /** Of the content in the work tree, modulo 2^32; 0 also where git does not trust it. */
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly modifiedAt: bigint;
  /** Object name of the content, hexadecimal. */
  readonly id: string;
  /** A merge that is not over has several of this path. */
  readonly isUnmerged: boolean;
  /** Git was told not to look at the file in the work tree. */
  readonly isUnwatched: boolean;
}

/**
 * Entries of a git index (gitformat-index(5)) by path, separated by `/`. Undefined when it cannot be told: damaged, version 4
 * (compressed), or with an extension that changes what is listed (a split or a sparse index).
 */
export function parseGitIndex(bytes: Buffer): ReadonlyMap<string, GitIndexEntry> | undefined {
  for (const length of HASH_LENGTHS) {
    const entries = parse(bytes, length);
    if (entries !== undefined) return entries;
  }
  return undefined;
}

function parse(bytes: Buffer, hashLength: number): ReadonlyMap<string, GitIndexEntry> | undefined {
  const end = bytes.length - hashLength;
  if (end < HEADER || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  const entries = new Map<string, GitIndexEntry>();
  let at = HEADER;
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const place = at + STATUS + hashLength;
    if (place + 2 > end) return undefined;
    const flags = bytes.readUInt16BE(place);
    const name = place + ((flags & EXTENDED) === 0 ? 2 : 4);
    const stop = bytes.indexOf(0, name);
    if (stop <= name || stop >= end) return undefined;
    const more = (flags & EXTENDED) === 0 ? 0 : bytes.readUInt16BE(place + 2);
    entries.set(bytes.toString('utf8', name, stop), {
      mode: bytes.readUInt32BE(at + 24),
      size: bytes.readUInt32BE(at + 36),
      modifiedAt: BigInt(bytes.readUInt32BE(at + 8)) * 1_000_000_000n + BigInt(bytes.readUInt32BE(at + 12)),
      id: bytes.toString('hex', at + STATUS, place),
      isUnmerged: (flags & STAGE) !== 0,
      isUnwatched: (flags & ASSUMED) !== 0 || (more & SKIPPED) !== 0,
    });
    // One to eight NULs, so that the entry's length is a multiple of eight.
    at += (stop - at + 8) & ~7;
  }
  while (at + 8 <= end) {
    // A first letter in lower case says that the index cannot be understood without the extension.
    if (!/^[A-Z]/.test(bytes.toString('latin1', at, at + 4))) return undefined;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end ? entries : undefined;
}
