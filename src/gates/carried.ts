import { lstat, readFile, readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { readGitIndex } from './git-index.ts';

/** Answers whether the desired-state repository, rather than the human, brought a gate file. */
export interface CarrierCheck {
  /** A gate file's name and status to the reason why it does not count; undefined when it does. */
  (name: string, file: GateFileStatus): string | undefined;
}

interface Inode {
  readonly dev: number;
  readonly ino: number;
}

interface GateFileStatus extends Inode {
  readonly nlink: number;
  readonly uid: number;
}

/**
 * Looks once at how the gates directory (a real path) and the desired-state directory lie to each other: the same
 * directory or one below it, reached by path or by bind mount; files hard-linked into it; files that the git index of
 * a surrounding work tree lists. Whoever can push to the repository must not be able to open a gate.
 *
 * A checkout without any `.git` (a bare repository with --work-tree) leaves no index to look at. `strict` then asks that
 * the gates belong to another user than the manifests, who therefore cannot have checked them out.
 */
export async function carrierCheck(
  gatesDirectory: string,
  desiredDirectory: string,
  strict: boolean,
): Promise<CarrierCheck> {
  const desired = await realpath(desiredDirectory).catch(() => undefined);
  if (desired === undefined) return () => undefined;
  if (isWithin(gatesDirectory, desired)) {
    return () => `it lies in the desired-state directory ${desired}; keep gates outside of the repository`;
  }
  const below = await inodesBelow(desired);
  const gates = await lstat(gatesDirectory);
  if (below.directories.has(identity(gates))) {
    return () => `the gates directory is a mount of a directory in the desired-state directory ${desired}`;
  }
  const trees = await workTreesOver(desired, gatesDirectory);
  return (name, file) => {
    if (file.nlink > 1 && below.files.has(identity(file))) {
      return `it is a hard link to a file in the desired-state directory ${desired}`;
    }
    for (const { root, prefix, paths } of trees) {
      if (prefix === undefined) continue;
      if (paths === undefined) return `the git work tree ${root} may carry it and its index cannot be read`;
      const tracked = join(prefix, name).split(sep).join('/');
      if (paths.has(tracked)) return `the repository ${root} carries it (git ls-files ${tracked})`;
    }
    if (strict && trees.length === 0 && [gates.uid, file.uid].some((uid) => below.owners.has(uid)))
      return (
        `the user who owns the manifests (uid ${file.uid}) may have checked it out with them: there is no .git at or above ` +
        `${desired} that tells; make that a git work tree of its own, or give ${gatesDirectory} and its files to another user`
      );
    return undefined;
  };
}

function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

function identity(inode: Inode): string {
  return `${inode.dev}:${inode.ino}`;
}

interface Below {
  /** Files with several names. */
  readonly files: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
  /** User ids of all files. */
  readonly owners: ReadonlySet<number>;
}

async function inodesBelow(root: string): Promise<Below> {
  const files = new Set<string>();
  const owners = new Set<number>();
  const directories = new Set<string>([identity(await lstat(root))]);
  const open = [root];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.name === '.git' || !(entry.isFile() || entry.isDirectory())) continue;
      const path = join(directory, entry.name);
      const status = await lstat(path).catch(() => undefined);
      if (status === undefined) continue;
      if (status.isDirectory()) {
        directories.add(identity(status));
        open.push(path);
      } else {
        owners.add(status.uid);
        if (status.nlink > 1) files.add(identity(status));
      }
    }
  }
  return { files, directories, owners };
}

interface WorkTree {
  readonly root: string;
  /** Way from the root to the gates directory; undefined when that lies elsewhere. */
  readonly prefix: string | undefined;
  /** What the index lists; undefined when that cannot be told. */
  readonly paths: ReadonlySet<string> | undefined;
}

/**
 * The git work trees around the desired state, innermost first. A repository within a repository (a submodule, say)
 * does not end the search: the outer one may carry the gates.
 */
async function workTreesOver(desired: string, gates: string): Promise<WorkTree[]> {
  const found: WorkTree[] = [];
  for (let root = desired; ; root = dirname(root)) {
    const dot = join(root, '.git');
    const status = await lstat(dot).catch(() => undefined);
    if (status !== undefined) {
      const directory = status.isDirectory() ? dot : await worktreeDirectory(root, dot);
      const holds = isWithin(gates, root);
      found.push({
        root,
        prefix: holds ? relative(root, gates) : undefined,
        paths: holds && directory !== undefined ? await readGitIndex(join(directory, 'index')) : undefined,
      });
    }
    if (root === dirname(root)) return found;
  }
}

/** A linked work tree has a file `.git` with the line `gitdir: <path>` (gitrepository-layout(5)). */
async function worktreeDirectory(root: string, file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const path = /^gitdir: (.+)$/m.exec(text)?.[1];
  return path === undefined ? undefined : join(path.startsWith('/') ? '' : root, path);
}
