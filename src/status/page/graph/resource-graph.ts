import { isStackKey, parseKey, type Key, type Kind } from '../../../model/key.ts';
import { leadingCondition, type ResourceState } from '../../leading-condition.ts';
import type { StatusJson } from '../../status-json.ts';
import { inOrder } from './reduce.ts';
import { withoutCycles } from './without-cycles.ts';

type ResourceJson = StatusJson['resources'][number];

/** One box of the graph: a resource, with its parts and with what nothing else needs. */
export interface GraphNode {
  readonly key: string;
  /** The worst of all that is in the box. */
  readonly state: ResourceState;
  /** Further resources in the box. */
  readonly more: number;
  /** Keys of the boxes that it needs, sorted; none needs itself, directly or not. */
  readonly needs: readonly string[];
}

const SEVERITY: readonly ResourceState[] = ['Ready', 'Unknown', 'Progressing', 'Blocked', 'Degraded', 'Stalled'];

/** What is made for something else. With a single user it is in the user's box: ten containers are not fifty boxes. */
const SUPPLIES: readonly Kind[] = ['Network', 'Volume', 'Image', 'Directory', 'File', 'FilePatch', 'LogFile', 'Secret'];

function isSupply(key: string): boolean {
  const kind = parseKey(key)?.kind;
  return kind !== undefined && SUPPLIES.includes(kind);
}

/**
 * Resources to boxes, sorted by key. A high-level resource is one box with all of its parts; what all of those share
 * (networks, directories) has boxes of its own, as everything has that several boxes need.
 */
export function resourceGraph(resources: readonly ResourceJson[]): GraphNode[] {
  const boxes = boxesOf(resources);
  const found = new Map<string, { state: ResourceState; more: number; needs: Set<string> }>();
  for (const resource of resources) {
    const box = boxes.get(resource.key) ?? resource.key;
    const { state } = leadingCondition(resource);
    const node = found.get(box) ?? { state, more: -1, needs: new Set<string>() };
    node.state = SEVERITY.indexOf(node.state) >= SEVERITY.indexOf(state) ? node.state : state;
    node.more += 1;
    for (const dependency of resource.dependsOn) {
      const needed = boxes.get(dependency);
      if (needed !== undefined && needed !== box) node.needs.add(needed);
    }
    found.set(box, node);
  }
  const nodes = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return withoutCycles(nodes.map(([key, node]) => ({ key, ...node, needs: [...node.needs].sort() })));
}

/** Each resource's box, by the key of the resource that the box is named after. */
function boxesOf(resources: readonly ResourceJson[]): Map<string, string> {
  const index = new Map(resources.map(({ key }, position) => [key, position]));
  const boxes = new Map<string, string>();
  for (const { key, renderedFrom } of resources) {
    const isPart = renderedFrom !== null && isStackKey(renderedFrom as Key) && index.has(renderedFrom);
    boxes.set(key, isPart ? renderedFrom : key);
  }
  const needs = resources.map(({ dependsOn }) => dependsOn.flatMap((key) => index.get(key) ?? []));
  const users = resources.map(() => new Set<string>());
  // Users before what they use, so that what a file lies in follows the file.
  for (const position of inOrder(needs).reverse()) {
    const { key } = resources[position] ?? {};
    if (key === undefined) continue;
    const [user, another] = users[position] ?? [];
    if (boxes.get(key) === key && isSupply(key) && user !== undefined && another === undefined) boxes.set(key, user);
    for (const need of needs[position] ?? []) users[need]?.add(boxes.get(key) ?? key);
  }
  return boxes;
}
