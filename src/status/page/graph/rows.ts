import { depths, inOrder, type Needs } from './reduce.ts';

/** Boxes side by side at most; further ones of the same layer go into a row below. */
export const MOST_IN_ROW = 6;

/**
 * Nodes to rows, top to bottom: everything lies below all that it needs, and as near above what needs it as it can. What
 * neither needs nor is needed comes last.
 */
export function rowsOf(needs: Needs): number[][] {
  const dependents = dependentsOf(needs);
  const isAlone = (node: number): boolean => needs[node]?.length === 0 && dependents[node]?.length === 0;
  const layer = depths(needs);
  for (const node of inOrder(needs).reverse()) {
    const below = (dependents[node] ?? []).map((dependent) => layer[dependent] ?? 0);
    if (below.length > 0) layer[node] = Math.min(...below) - 1;
  }
  const layers: number[][] = [];
  const alone: number[] = [];
  for (const node of neighboursTogether(needs, dependents))
    (isAlone(node) ? alone : (layers[layer[node] ?? 0] ??= [])).push(node);
  return [...layers, alone].flatMap((nodes) => chunks(nodes ?? []));
}

/** Each node's dependents, by index. */
export function dependentsOf(needs: Needs): number[][] {
  const found: number[][] = needs.map(() => []);
  for (const [node, list] of needs.entries()) for (const need of list) found[need]?.push(node);
  return found;
}

/** Depth-first from what nothing needs, so that what one node needs comes one after another. */
function neighboursTogether(needs: Needs, dependents: Needs): number[] {
  const seen = new Set<number>();
  const order: number[] = [];
  for (const [start, list] of dependents.entries()) {
    if (list.length > 0) continue;
    const stack = [start];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      order.push(node);
      stack.push(...[...(needs[node] ?? [])].reverse());
    }
  }
  return order;
}

/** Rows of about the same length. */
function chunks(nodes: readonly number[]): number[][] {
  const count = Math.ceil(nodes.length / MOST_IN_ROW);
  const size = Math.ceil(nodes.length / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => nodes.slice(index * size, (index + 1) * size));
}
