/** A symlink and where it says it leads. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

/** As many as Linux follows (path_resolution(7)). */
const MOST_STEPS = 40;

/**
 * The symlinks of a tree that lead out of it, on any way: through other symlinks too, whose `..` count from where they
 * lead.
 *
 * @param links targets by path
 */
export function escapingLinks(links: ReadonlyMap<string, string>): Link[] {
  return [...links].flatMap(([path, target]) => (follow(path, links) === 'outside' ? { path, target } : []));
}

/**
 * The symlinks of a tree that lead in a circle, or to nothing of it.
 *
 * @param paths of everything that is no directory
 */
export function danglingLinks(paths: readonly string[], links: ReadonlyMap<string, string>): Link[] {
  const there = new Set(['', ...paths]);
  for (const path of paths)
    for (
      let end = path.lastIndexOf('/');
      end > 0 && !there.has(path.slice(0, end));
      end = path.lastIndexOf('/', end - 1)
    )
      there.add(path.slice(0, end));
  return [...links].flatMap(([path, target]) => {
    const end = follow(path, links);
    return end === 'circle' || (end !== 'outside' && !there.has(end.place)) ? { path, target } : [];
  });
}

/** Where a path ends within a tree, or why it does not. */
function follow(path: string, links: ReadonlyMap<string, string>): 'outside' | 'circle' | { readonly place: string } {
  const at: string[] = [];
  const left = path.split('/');
  let steps = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return 'outside';
      continue;
    }
    const target = links.get([...at, part].join('/'));
    if (target === undefined) {
      at.push(part);
      continue;
    }
    if (target.startsWith('/') || target.includes('\0')) return 'outside';
    steps += 1;
    if (steps > MOST_STEPS) return 'circle';
    left.unshift(...target.split('/'));
  }
  return { place: at.join('/') };
}
