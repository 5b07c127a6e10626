import { isStackKey, type Key } from '../../../model/key.ts';
import { leadingCondition, type ResourceState } from '../../leading-condition.ts';
import type { StatusJson } from '../../status-json.ts';

type ResourceJson = StatusJson['resources'][number];

/** One box of the graph: a resource, or a high-level one with all of its parts. */
export interface GraphNode {
  readonly key: string;
  /** The worst of its own and its parts'. */
  readonly state: ResourceState;
  /** Parts that were rendered from it. */
  readonly parts: number;
  /** Keys of the boxes that it needs, sorted; none needs itself, directly or not. */
  readonly needs: readonly string[];
}

const SEVERITY: readonly ResourceState[] = ['Ready', 'Unknown', 'Progressing', 'Blocked', 'Degraded', 'Stalled'];

function worse(a: ResourceState, b: ResourceState): ResourceState {
  return SEVERITY.indexOf(a) >= SEVERITY.indexOf(b) ? a : b;
}

/** Resources to boxes, sorted by key. What all high-level resources share (networks, directories) has boxes of its own. */
export function resourceGraph(resources: readonly ResourceJson[]): GraphNode[] {
  const known = new Set(resources.map(({ key }) => key));
  const boxes = new Map<string, string>();
  for (const { key, renderedFrom } of resources) {
    const isPart = renderedFrom !== null && isStackKey(renderedFrom as Key) && known.has(renderedFrom);
    boxes.set(key, isPart ? renderedFrom : key);
  }
  const found = new Map<string, { state: ResourceState; parts: number; needs: Set<string> }>();
  for (const resource of resources) {
    const box = boxes.get(resource.key) ?? resource.key;
    const { state } = leadingCondition(resource);
    const node = found.get(box) ?? { state, parts: 0, needs: new Set<string>() };
    node.state = worse(node.state, state);
    if (box !== resource.key) node.parts += 1;
    for (const dependency of resource.dependsOn) {
      const needed = boxes.get(dependency);
      if (needed !== undefined && needed !== box) node.needs.add(needed);
    }
    found.set(box, node);
  }
  const nodes = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return withoutCycles(nodes.map(([key, node]) => ({ key, ...node, needs: [...node.needs].sort() })));
}

/**
 * Resources have no cycles, but boxes may: a part of A needs one of B, and another of B one of A. What closes a circle is
 * left out of the picture; the rows below it say everything.
 */
function withoutCycles(nodes: readonly GraphNode[]): GraphNode[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const kept = new Map<string, string[]>();
  const isOpen = new Map<string, boolean>();
  for (const start of nodes) {
    if (kept.has(start.key)) continue;
    // Depth-first with a stack of its own: a chain of a thousand resources is no reason to run out of the engine's.
    const stack: { key: string; next: number }[] = [{ key: start.key, next: 0 }];
    kept.set(start.key, []);
    isOpen.set(start.key, true);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = byKey.get(top.key)?.needs[top.next];
      top.next += 1;
      if (need === undefined) {
        isOpen.set(top.key, false);
        stack.pop();
      } else if (isOpen.get(need) !== true) {
        kept.get(top.key)?.push(need);
        if (kept.has(need)) continue;
        kept.set(need, []);
        isOpen.set(need, true);
        stack.push({ key: need, next: 0 });
      }
    }
  }
  return nodes.map((node) => ({ ...node, needs: kept.get(node.key) ?? [] }));
}
