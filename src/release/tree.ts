import { isUtf8 } from 'node:buffer';
import { ReleaseError } from './errors.ts';

/** One file, symlink or submodule of a commit. */
export interface TreeEntry {
  readonly kind: 'file' | 'executable' | 'symlink' | 'submodule';
  readonly object: string;
  /** Bytes; 0 for a submodule. */
  readonly size: number;
  /** From the root, with forward slashes. */
  readonly path: string;
}

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '100644': 'file',
  // Written by old versions of git; checked out as 100644.
  '100664': 'file',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
};

/** Arguments with which git lists a commit as `parseTree` reads it (git-ls-tree(1)). */
export function treeArguments(commit: string): string[] {
  return ['ls-tree', '-r', '-z', '-l', '--full-tree', commit];
}

/** What git lists of a commit to its entries, in git's order. */
export function parseTree(listing: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let from = 0; from < listing.length;) {
    const end = listing.indexOf(0, from);
    const bytes = listing.subarray(from, end === -1 ? listing.length : end);
    from = end === -1 ? listing.length : end + 1;
    const text = bytes.toString('utf8');
    const parts = /^(\d{6}) \w+ ([0-9a-f]+) +(-|\d+)\t([\s\S]+)$/.exec(text);
    const kind = KINDS[parts?.[1] ?? ''];
    if (parts === null || kind === undefined || !isUtf8(bytes))
      throw new ReleaseError(
        'BROKEN_OBJECT',
        `git lists an entry that cannot be used: ${JSON.stringify(text.slice(0, 200))}`,
      );
    const [, , object = '', size = '-', path = ''] = parts;
    entries.push({ kind, object, size: size === '-' ? 0 : Number(size), path });
  }
  return entries;
}
