/** A symlink and where it says it leads. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

/** As many as Linux follows (path_resolution(7)). */
const MOST_STEPS = 40;

/**
 * The symlinks of a tree that lead out of it, on any way: through other symlinks too, whose `..` count from where they
 * lead. One that leads in a circle or nowhere within the tree reaches nothing and is left to the reader.
 *
 * @param links targets by path
 */
export function escapingLinks(links: ReadonlyMap<string, string>): Link[] {
  return [...links].flatMap(([path, target]) => (escapes(path, links) ? { path, target } : []));
}

function escapes(path: string, links: ReadonlyMap<string, string>): boolean {
  const at: string[] = [];
  const left = path.split('/');
  let steps = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    const target = links.get([...at, part].join('/'));
    if (target === undefined) {
      at.push(part);
      continue;
    }
    if (target.startsWith('/') || target.includes('\0')) return true;
    steps += 1;
    if (steps > MOST_STEPS) return false;
    left.unshift(...target.split('/'));
  }
  return false;
}
