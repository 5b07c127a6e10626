import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve as resolvePath } from 'node:path';

/** Symlinks that lead to nothing yet and are followed one after the other, as the kernel limits it (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The path with the symlinks of its longest existing part resolved, those that lead to nothing yet among them.
 *
 * @param known answers to use again and to add to, for those who ask about many paths at one time
 */
export function resolveExisting(path: string, known = new Map<string, string>()): string {
  return resolve(path, known, MOST_LINKS);
}

function resolve(path: string, known: Map<string, string>, links: number): string {
  const answer = known.get(path) ?? look(path, known, links);
  known.set(path, answer);
  return answer;
}

function look(path: string, known: Map<string, string>, links: number): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    if (parent === path) return path;
    const entry = join(resolve(parent, known, links), basename(path));
    const target = links > 0 ? targetOf(entry) : undefined;
    return target === undefined ? entry : resolve(resolvePath(dirname(entry), target), known, links - 1);
  }
}

/** What a symlink names; undefined when it is none, or cannot be seen. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
