/** Length of an object name, the trailing checksum included: SHA-1 and SHA-256. */
const HASH_LENGTHS = [20, 32];
const HEADER = 12;
/** Times, device, inode, mode, owner, group, size. */
const STATUS = 40;
const EXTENDED = 0x4000;

/**
 * Paths that a git index lists, separated by `/` (gitformat-index(5)). Undefined when it cannot be told: damaged, version 4
 * (compressed), or with an extension that changes what is listed (a split or a sparse index).
 */
export function parseGitIndex(bytes: Buffer): ReadonlySet<string> | undefined {
  for (const length of HASH_LENGTHS) {
    const paths = parse(bytes, length);
    if (paths !== undefined) return paths;
  }
  return undefined;
}

function parse(bytes: Buffer, hashLength: number): ReadonlySet<string> | undefined {
  const end = bytes.length - hashLength;
  if (end < HEADER || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  const paths = new Set<string>();
  let at = HEADER;
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const flags = at + STATUS + hashLength;
    if (flags + 2 > end) return undefined;
    const name = flags + ((bytes.readUInt16BE(flags) & EXTENDED) === 0 ? 2 : 4);
    const stop = bytes.indexOf(0, name);
    if (stop <= name || stop >= end) return undefined;
    paths.add(bytes.toString('utf8', name, stop));
    // One to eight NULs, so that the entry's length is a multiple of eight.
    at += (stop - at + 8) & ~7;
  }
  while (at + 8 <= end) {
    // A first letter in lower case says that the index cannot be understood without the extension.
    if (!/^[A-Z]/.test(bytes.toString('latin1', at, at + 4))) return undefined;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === end ? paths : undefined;
}
