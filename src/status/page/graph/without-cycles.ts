/** Something with a key that needs others. */
interface Needing {
  readonly key: string;
  readonly needs: readonly string[];
}

/**
 * The same nodes without the needs that close a circle. Resources have no cycles, but boxes of several may: a part of A
 * needs one of B, and another part of B one of A. The picture leaves that out; the rows below it say everything.
 */
export function withoutCycles<Node extends Needing>(nodes: readonly Node[]): Node[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const kept = new Map<string, string[]>();
  const open = new Set<string>();
  for (const { key: start } of nodes) {
    if (kept.has(start)) continue;
    kept.set(start, []);
    open.add(start);
    // Depth-first with a stack of its own: a chain of a thousand is no reason to run out of the engine's.
    const stack = [{ key: start, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = byKey.get(top.key)?.needs[top.next];
      top.next += 1;
      if (need === undefined) {
        open.delete(top.key);
        stack.pop();
      } else if (!open.has(need)) {
        kept.get(top.key)?.push(need);
        if (kept.has(need)) continue;
        kept.set(need, []);
        open.add(need);
        stack.push({ key: need, next: 0 });
      }
    }
  }
  return nodes.map((node) => ({ ...node, needs: kept.get(node.key) ?? [] }));
}
