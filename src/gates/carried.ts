import { lstat, readFile, readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Answers whether the desired-state repository, rather than the human, brought a gate file. */
export interface CarrierCheck {
  /** A gate file's name and status to the reason why it does not count; undefined when it does. */
  (name: string, file: { readonly ino: number; readonly dev: number; readonly nlink: number }): string | undefined;
}

interface Inode {
  readonly dev: number;
  readonly ino: number;
}

/**
 * Looks once at how the gates directory (a real path) and the desired-state directory lie to each other: the same
 * directory or one below it, reached by path or by bind mount; files hard-linked into it; files that the git index of
 * the surrounding work tree lists. Whoever can push to the repository must not be able to open a gate.
 */
export async function carrierCheck(gatesDirectory: string, desiredDirectory: string): Promise<CarrierCheck> {
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
  const index = await gitIndexOver(desired, gatesDirectory);
  return (name, file) => {
    if (file.nlink > 1 && below.files.has(identity(file))) {
      return `it is a hard link to a file in the desired-state directory ${desired}`;
    }
    if (index === undefined) return undefined;
    const tracked = join(index.prefix, name).split(sep).join('/');
    if (index.entries === undefined) return `the git work tree ${index.root} may carry it and its index cannot be read`;
    return index.entries.includes(`${tracked}\0`)
      ? `the repository ${index.root} carries it (git ls-files ${tracked})`
      : undefined;
  };
}

function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

function identity(inode: Inode): string {
  return `${inode.dev}:${inode.ino}`;
}

async function inodesBelow(root: string): Promise<{ files: Set<string>; directories: Set<string> }> {
  const files = new Set<string>();
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
      } else if (status.nlink > 1) files.add(identity(status));
    }
  }
  return { files, directories };
}

interface GitIndex {
  readonly root: string;
  /** Way from the work tree's root to the gates directory. */
  readonly prefix: string;
  /** The index file's bytes; undefined when it is there but cannot be searched. */
  readonly entries: Buffer | undefined;
}

/** The index of the git work tree that holds both directories; undefined when there is none. */
async function gitIndexOver(desired: string, gates: string): Promise<GitIndex | undefined> {
  for (let root = desired; ; root = dirname(root)) {
    const dot = join(root, '.git');
    const status = await lstat(dot).catch(() => undefined);
    if (status !== undefined) {
      if (!isWithin(gates, root)) return undefined;
      const directory = status.isDirectory() ? dot : await worktreeDirectory(root, dot);
      return { root, prefix: relative(root, gates), entries: await readIndex(directory) };
    }
    if (root === dirname(root)) return undefined;
  }
}

/** A linked work tree has a file `.git` with the line `gitdir: <path>` (gitrepository-layout(5)). */
async function worktreeDirectory(root: string, file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const path = /^gitdir: (.+)$/m.exec(text)?.[1];
  return path === undefined ? undefined : join(path.startsWith('/') ? '' : root, path);
}

/**
 * Versions 2 and 3 hold each path in full, ended by NUL (gitformat-index(5)); version 4 compresses prefixes, and then
 * nothing in the work tree is believed. No index yet means that nothing is tracked.
 */
async function readIndex(directory: string | undefined): Promise<Buffer | undefined> {
  if (directory === undefined) return undefined;
  try {
    const bytes = await readFile(join(directory, 'index'));
    return bytes.readUInt32BE(4) <= 3 ? bytes : undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? Buffer.alloc(0) : undefined;
  }
}
