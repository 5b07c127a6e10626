import { lstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, parse, relative, resolve, sep } from 'node:path';

/** A directory on the way to a path, and the name in it at which another target may be put. */
export interface LinkPlace {
  readonly directory: string;
  readonly name: string;
}

/** As many as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The symlinks through which a path leads, each by the directory that holds it. Exchanging one of them changes what lies
 * at the path, and nothing that lies there now hears of it.
 */
export function linkPlaces(path: string): LinkPlace[] {
  const found: LinkPlace[] = [];
  const visit = (absolute: string): void => {
    let current = parse(absolute).root;
    const parts = relative(current, absolute).split(sep);
    for (const [index, part] of parts.entries()) {
      current = join(current, part);
      const target = readLink(current);
      if (target === undefined) continue;
      if (found.length >= MOST_LINKS) return;
      found.push({ directory: dirname(current), name: basename(current) });
      visit(resolve(dirname(current), target, ...parts.slice(index + 1)));
      return;
    }
  };
  visit(resolve(path));
  return found;
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    // What is missing leads nowhere; the reader says so.
    return undefined;
  }
}
