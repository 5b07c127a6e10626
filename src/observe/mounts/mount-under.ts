import { posix } from 'node:path';

/** Symlinks that are followed one after the other, as the kernel limits it (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The first of some mount points that the kernel comes to on the way of a path, symlinks followed; undefined when it comes
 * to none. Nothing at or beyond a mount point is touched.
 *
 * @param readLink what a symlink names; undefined when there is none
 */
export function mountUnder(
  path: string,
  points: ReadonlySet<string>,
  readLink: (path: string) => string | undefined,
): string | undefined {
  let current = '/';
  let rest = names(path);
  for (let links = 0; rest.length > 0;) {
    const [name = '', ...after] = rest;
    rest = after;
    // Parents of a directory that was reached by its real name are those of the name.
    const next = posix.join(current, name);
    if (points.has(next)) return next;
    const target = name === '..' ? undefined : readLink(next);
    if (target === undefined) current = next;
    else {
      if (++links > MOST_LINKS) return undefined;
      if (target.startsWith('/')) current = '/';
      rest = [...names(target), ...rest];
    }
  }
  return undefined;
}

function names(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
