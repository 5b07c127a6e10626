import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** The part of the clock that watching needs (src/runtime/clock.ts). */
interface Timers {
  after(milliseconds: number, callback: () => void): () => void;
}

export interface WatchOptions {
  /** Milliseconds of quiet after a change: a git checkout writes many files. */
  readonly settle?: number;
  /** Milliseconds between two looks at the directory, for changes that no event told of. */
  readonly poll?: number;
}

/** More entries than this are not looked at one by one; changes among them are still told by events. */
const LARGEST_TREE = 20_000;

/**
 * Calls back when anything below the directory may have changed: manifests, and the files that they name. Events of the
 * file system make it quick, and a look at names, sizes and times makes it sure (network mounts and bind mounts tell no
 * events). A directory that is missing or vanishes is watched for too.
 */
export function watchDesiredState(
  directory: string,
  clock: Timers,
  onChange: () => void,
  options: WatchOptions = {},
): { close(): void } {
  const settle = options.settle ?? 100;
  const poll = options.poll ?? 2000;
  const watchers = new Map<string, FSWatcher>();
  let known = look(directory);
  let cancel = (): void => undefined;
  let closed = false;

  const schedule = (milliseconds: number): void => {
    cancel();
    if (!closed) cancel = clock.after(milliseconds, check);
  };
  const check = (): void => {
    const seen = look(directory);
    const changed = seen.fingerprint !== known.fingerprint;
    known = seen;
    follow();
    schedule(poll);
    if (changed) onChange();
  };
  const drop = (path: string): void => {
    watchers.get(path)?.close();
    watchers.delete(path);
  };
  const follow = (): void => {
    for (const path of watchers.keys()) if (!known.directories.has(path)) drop(path);
    for (const path of known.directories) {
      if (watchers.has(path)) continue;
      try {
        const watcher = watch(path, { persistent: false }, () => schedule(settle));
        // The directory went away, or events overflowed: the next look finds out.
        watcher.on('error', () => drop(path));
        watchers.set(path, watcher);
      } catch {
        // No watch to be had (limit reached, directory gone): the regular look covers it.
      }
    }
  };

  follow();
  schedule(poll);
  return {
    close() {
      closed = true;
      cancel();
      for (const path of [...watchers.keys()]) drop(path);
    },
  };
}

/** Directories below (dot-directories left out), and a text that differs when any entry does. */
function look(directory: string): { directories: ReadonlySet<string>; fingerprint: string } {
  const directories = new Set<string>();
  const parts: string[] = [];
  const visit = (path: string, depth: number): void => {
    directories.add(path);
    for (const name of readdirSync(path).sort()) {
      if (name.startsWith('.') || parts.length > LARGEST_TREE) continue;
      const entry = join(path, name);
      const stat = statSync(entry, { throwIfNoEntry: false });
      parts.push(`${entry}\0${stat?.ino}\0${stat?.size}\0${stat?.mtimeMs}\0${stat?.ctimeMs}`);
      if (stat?.isDirectory() === true && depth < 16) visit(entry, depth + 1);
    }
  };
  try {
    visit(directory, 0);
  } catch (error) {
    // Unreadable is a state like any other: the reader says what is wrong, here it only must differ from readable.
    parts.push(error instanceof Error && 'code' in error ? String(error.code) : 'unreadable');
  }
  return { directories, fingerprint: parts.join('\n') };
}
