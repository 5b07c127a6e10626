import type { TreeEntry } from './tree.ts';
import { danglingLinks, escapingLinks } from './escaping-links.ts';
import { printable } from '../model/printable.ts';

/** What a commit may hold at most; bytes; `manifests` is what is read at most of *.yaml together. Far more than manifests, dashboards and build contexts need. */
export const TREE_LIMITS = { entries: 20_000, file: 16 << 20, total: 64 << 20, manifests: 4 << 20, depth: 32 };

/** Gate and consent files end so, wherever a gates directory may be thought to lie. */
const GATE_FILE = /\.ok$/i;
const MEGABYTE = 1 << 20;

/**
 * Why a commit is not checked out, one sentence each with the path it is about; empty: it may be. Nothing of it needs to
 * be written for that.
 *
 * @param links targets of its symlinks by path
 */
export function refuseTree(
  entries: readonly TreeEntry[],
  links: ReadonlyMap<string, string>,
  limits: typeof TREE_LIMITS = TREE_LIMITS,
): string[] {
  if (entries.length > limits.entries)
    return [
      `it has ${entries.length} files; at most ${limits.entries} are taken: keep what is not desired state elsewhere`,
    ];
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const large =
    total > limits.total
      ? [
          `it is ${inMegabytes(total)} large; at most ${inMegabytes(limits.total)} are taken: put large things into images or volumes`,
        ]
      : [];
  const manifests = entries.reduce((sum, { path, size }) => sum + (/\.ya?ml$/.test(path) ? size : 0), 0);
  if (manifests > limits.manifests)
    large.push(
      `its manifests are ${inMegabytes(manifests)} large; at most ${inMegabytes(limits.manifests)} are read: move large content to files named with source`,
    );
  const wrong = entries.flatMap((entry) => refuseEntry(entry, limits) ?? []);
  const outside = escapingLinks(links).map(
    ({ path, target }) =>
      `${printable(path)}: is a symlink to ${printable(target)}, which leads out of the repository: put a copy into it`,
  );
  const nowhere = danglingLinks(
    entries.map(({ path }) => path),
    links,
  ).map(
    ({ path, target }) =>
      `${printable(path)}: is a symlink to ${printable(target)}, which is not there: commit it too, or remove the link`,
  );
  return [...large, ...wrong, ...outside, ...nowhere];
}

function refuseEntry({ kind, path, size }: TreeEntry, limits: typeof TREE_LIMITS): string | undefined {
  const parts = path.split('/');
  // The terminal of whoever pushes shows it.
  if (printable(path) !== path) return `${JSON.stringify(printable(path))}: has control characters in its name`;
  if (GATE_FILE.test(path))
    return `${path}: gates are opened on the host by a person, never by a push: git rm --cached ${quoted(path)}`;
  if (kind === 'submodule') return `${path}: is a submodule, which is not fetched: commit the files themselves`;
  if (size > limits.file)
    return `${path}: is ${inMegabytes(size)} large; at most ${inMegabytes(limits.file)} are taken for a file`;
  if (parts.length > limits.depth) return `${path}: lies deeper than ${limits.depth} directories`;
  // fsck refuses these already; a repository that was set up without it must not be a way around.
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git'))
    return `${JSON.stringify(path)}: is no path that may be checked out`;
  return undefined;
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / MEGABYTE)} MiB`;
}

function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
