import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { linkPlaces, type LinkPlace } from './link-places.ts';

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
 * events). A directory that is missing or vanishes is watched for too, and one that is reached through a symlink is
 * followed when that is exchanged, which is how a release of `git push` goes live.
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
  const linkWatchers = new Map<string, FSWatcher>();
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
  const drop = (held: Map<string, FSWatcher>, id: string): void => {
    held.get(id)?.close();
    held.delete(id);
  };
  const hold = (
    held: Map<string, FSWatcher>,
    wanted: ReadonlyMap<string, string>,
    heard: (id: string, name: string | null) => void,
  ): void => {
    for (const id of held.keys()) if (!wanted.has(id)) drop(held, id);
    for (const [id, path] of wanted) {
      if (held.has(id)) continue;
      try {
        const watcher = watch(path, { persistent: false }, (_event, name) => heard(id, name));
        // The directory went away, or events overflowed: the next look finds out.
        watcher.on('error', () => drop(held, id));
        held.set(id, watcher);
      } catch {
        // No watch to be had (limit reached, directory gone): the regular look covers it.
      }
    }
  };
  const follow = (): void => {
    hold(watchers, known.directories, () => schedule(settle));
    const links = linkPlaces(directory);
    const names = namesByDirectory(links);
    hold(linkWatchers, new Map(links.map((link) => [link.directory, link.directory])), (id, name) => {
      // Renamed into place in one go: there is nothing to settle.
      if (name === null || names.get(id)?.has(name) === true) schedule(0);
    });
  };

  follow();
  schedule(poll);
  return {
    close() {
      closed = true;
      cancel();
      for (const held of [watchers, linkWatchers]) for (const id of [...held.keys()]) drop(held, id);
    },
  };
}

function namesByDirectory(links: readonly LinkPlace[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const { directory, name } of links) names.set(directory, (names.get(directory) ?? new Set()).add(name));
  return names;
}

interface Look {
  /** Directories below (dot-directories left out) by what they are, since another one may come to lie at the same path. */
  readonly directories: ReadonlyMap<string, string>;
  /** Differs when any entry does. */
  readonly fingerprint: string;
}

function look(directory: string): Look {
  const directories = new Map<string, string>();
  const parts: string[] = [];
  const visit = (path: string, depth: number): void => {
    const { dev, ino } = statSync(path);
    directories.set(`${dev}:${ino}`, path);
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
