import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { parseGitIndex, type GitIndexEntry } from '../model/git-index.ts';
import { CHANGED } from '../model/revision-text.ts';
import { hasGitChanges, type WorkTreePart } from './git-changes.ts';

/**
 * Commit that is checked out where a directory lies: of a release of `git push` its name, else read from git's own files,
 * with CHANGED behind it where the directory is something else than that commit (`hasGitChanges`); undefined outside of both,
 * before the first commit, and where git tracks nothing of the directory. Git is not run: it may be missing, and refuses
 * directories of other users. Layout: https://git-scm.com/docs/gitrepository-layout
 *
 * @param read what was read of the directory
 */
export function gitRevision(
  directory: string,
  read: Pick<WorkTreePart, 'manifests' | 'silenceAt'> = { manifests: [] },
): string | undefined {
  const place = findPlace(directory);
  if (place === undefined) return undefined;
  if ('release' in place) return place.release;
  const { repository, top, path } = place;
  const indexed = readIndex(join(repository, 'index'));
  // Where the index cannot be read, the commit is told alone.
  if (indexed === undefined) return checkedOut(repository);
  const { entries, at } = indexed;
  if (path !== '' && ![...entries.keys()].some((tracked) => tracked.startsWith(`${path}/`))) return undefined;
  const commit = checkedOut(repository);
  return commit === undefined || !hasGitChanges(entries, at, { top, path, ...read }) ? commit : `${commit}${CHANGED}`;
}

function readIndex(
  path: string,
): { readonly entries: ReadonlyMap<string, GitIndexEntry>; readonly at: bigint } | undefined {
  try {
    // Before it is read: what is written meanwhile is then looked at once too often, and not once too little.
    const { mtimeNs } = statSync(path, { bigint: true });
    const entries = parseGitIndex(readFileSync(path));
    return entries === undefined ? undefined : { entries, at: mtimeNs };
  } catch {
    return undefined;
  }
}

function checkedOut(repository: string): string | undefined {
  const shared = readText(join(repository, 'commondir'));
  const places = [repository, ...(shared === undefined ? [] : [resolve(repository, shared)])];
  let name = readText(join(repository, 'HEAD'));
  // A symbolic reference may lead to another; git itself gives up after five.
  for (let step = 0; step < 5 && name !== undefined; step += 1) {
    const reference = /^ref: (refs\/[^\s]+)$/.exec(name)?.[1];
    if (reference === undefined) return isCommit(name) ? name : undefined;
    if (reference.split('/').includes('..')) return undefined;
    name = places
      .map((place) => readText(join(place, reference)) ?? readPacked(place, reference))
      .find((text) => text !== undefined);
  }
  return undefined;
}

/** The closest release, or work tree with the directory's path in it, from the directory upwards. */
function findPlace(
  directory: string,
): { release: string } | { repository: string; top: string; path: string } | undefined {
  let current: string;
  try {
    current = realpathSync(directory);
  } catch {
    // The caller reports a missing directory; here it only means that there is no revision.
    return undefined;
  }
  const start = current;
  for (;;) {
    if (isRelease(current)) return { release: basename(current) };
    const entry = join(current, '.git');
    const type = statSync(entry, { throwIfNoEntry: false });
    const path = relative(current, start).split(sep).join('/');
    if (type?.isDirectory() === true) return { repository: entry, top: current, path };
    const link = type?.isFile() === true ? /^gitdir: (.+)$/.exec(readText(entry) ?? '')?.[1] : undefined;
    if (link !== undefined) return { repository: resolve(current, link), top: current, path };
    if (dirname(current) === current) return undefined;
    current = dirname(current);
  }
}

/**
 * A release is a directory named by its commit with a record of that commit beside it (src/release/record.ts). The name
 * alone could be anything's, and a record inside could be pushed.
 */
function isRelease(directory: string): boolean {
  const name = basename(directory);
  return isCommit(name) && (readText(`${directory}.json`)?.includes(`"commit":"${name}"`) ?? false);
}

function readPacked(repository: string, reference: string): string | undefined {
  const lines = readText(join(repository, 'packed-refs'))?.split('\n') ?? [];
  return lines.find((line) => line.endsWith(` ${reference}`))?.split(' ')[0];
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // A revision is a courtesy: where it cannot be read there is none.
    return undefined;
  }
}
