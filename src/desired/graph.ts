import type { Key } from '../model/key.ts';

/** Directed graph of keys: an edge leads from a resource to one that comes before it. */
export class DependencyGraph {
  readonly #edges = new Map<Key, Set<Key>>();

  addEdge(from: Key, to: Key): void {
    const known = this.#edges.get(from);
    if (known === undefined) this.#edges.set(from, new Set([to]));
    else known.add(to);
  }

  /** Sorted, without duplicates. */
  dependenciesOf(key: Key): Key[] {
    return [...(this.#edges.get(key) ?? [])].sort();
  }

  /** Keys with an edge to this one. */
  dependentsOf(key: Key): Key[] {
    return [...this.#edges].filter(([, to]) => to.has(key)).map(([from]) => from);
  }

  /** Whether a path of edges leads from one key to another. */
  reaches(from: Key, to: Key): boolean {
    const seen = new Set<Key>([from]);
    const open = [from];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (key === to) return true;
      for (const next of this.#edges.get(key) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
    return false;
  }

  /** Circles, each begun at its smallest key, e.g. [`Container/a`, `Container/b`]; no key is in two of them. */
  cycles(): Key[][] {
    const state = new Map<Key, 'open' | 'done'>();
    const found: Key[][] = [];
    for (const start of [...this.#edges.keys()].sort()) this.#search(start, state, found);
    return found;
  }

  /** Depth-first without recursion: the desired state decides how deep it goes. */
  #search(start: Key, state: Map<Key, 'open' | 'done'>, found: Key[][]): void {
    if (state.has(start)) return;
    const path: { key: Key; rest: Key[] }[] = [{ key: start, rest: this.dependenciesOf(start) }];
    state.set(start, 'open');
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        state.set(top.key, 'done');
        path.pop();
      } else if (state.get(next) === 'open') {
        const circle = path.slice(path.findIndex(({ key }) => key === next)).map(({ key }) => key);
        if (!found.flat().some((key) => circle.includes(key))) found.push(rotate(circle));
      } else if (!state.has(next)) {
        state.set(next, 'open');
        path.push({ key: next, rest: this.dependenciesOf(next) });
      }
    }
  }
}

function rotate(circle: readonly Key[]): Key[] {
  const first = circle.indexOf([...circle].sort()[0] as Key);
  return [...circle.slice(first), ...circle.slice(0, first)];
}
