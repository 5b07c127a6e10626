/** A directed graph without cycles: `needs[i]` are the nodes that node `i` needs, by index. */
export type Needs = readonly (readonly number[])[];

/** Nodes in an order in which everything that a node needs comes before it. */
export function inOrder(needs: Needs): number[] {
  const left = needs.map((list) => list.length);
  const dependents: number[][] = needs.map(() => []);
  for (const [node, list] of needs.entries()) for (const need of list) dependents[need]?.push(node);
  const order = [...needs.keys()].filter((node) => left[node] === 0);
  // Grows while it is walked.
  for (const node of order)
    for (const dependent of dependents[node] ?? []) {
      left[dependent] = (left[dependent] ?? 0) - 1;
      if (left[dependent] === 0) order.push(dependent);
    }
  return order;
}

/** Each node's length of the longest way down to one that needs nothing. */
export function depths(needs: Needs): number[] {
  const found = needs.map(() => 0);
  for (const node of inOrder(needs))
    found[node] = Math.max(0, ...(needs[node] ?? []).map((need) => (found[need] ?? 0) + 1));
  return found;
}

/**
 * The same graph without the edges that say nothing new: where A needs B and B needs C, that A needs C too. What can be
 * reached stays the same, and most lines go.
 */
export function transitiveReduction(needs: Needs): number[][] {
  const depth = depths(needs);
  const words = Math.ceil(needs.length / 32);
  const reach = needs.map(() => new Uint32Array(words));
  const kept: number[][] = needs.map(() => []);
  for (const node of inOrder(needs)) {
    const mine = reach[node] ?? new Uint32Array(words);
    // Those that lie deepest may reach the others, never the other way round.
    const list = [...new Set(needs[node])].sort((a, b) => (depth[b] ?? 0) - (depth[a] ?? 0) || a - b);
    for (const need of list) {
      if (((mine[need >>> 5] ?? 0) >>> (need & 31)) & 1) continue;
      kept[node]?.push(need);
      mine[need >>> 5] = (mine[need >>> 5] ?? 0) | (1 << (need & 31));
      for (const [word, bits] of (reach[need] ?? []).entries()) mine[word] = (mine[word] ?? 0) | bits;
    }
  }
  return kept.map((list) => list.sort((a, b) => a - b));
}
