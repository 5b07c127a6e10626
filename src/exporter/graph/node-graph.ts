import type { SeriesBudget } from '../store/budget.ts';
import { labelText, valueText } from '../store/series-labels.ts';

export type EdgeKind = 'dns' | 'http' | 'proxy' | 'lookup' | 'scrape' | 'declared';

interface Node {
  readonly subtitle: string;
  readonly color: string;
  requests: number;
  errors: number;
}

/** An edge that is counted along without being looked up again, as long as it is drawn. */
export interface LiveEdge {
  readonly isLive: boolean;
}

interface Edge extends LiveEdge {
  isLive: boolean;
  readonly source: string;
  readonly target: string;
  readonly sourceNode: Node;
  readonly targetNode: Node;
  readonly kind: EdgeKind;
  requests: number;
  seconds: number;
}

/** Node kinds by the prefix of their id: what the panel writes under the title, and a colour that never changes. */
const KINDS: Readonly<Record<string, readonly [subtitle: string, color: string]>> = {
  svc: ['service', 'blue'],
  cli: ['client', 'green'],
  zone: ['zone', 'purple'],
  dom: ['domain', 'orange'],
  up: ['upstream', 'yellow'],
  ext: ['external', 'gray'],
};

const MOST_NODES = 150;
/**
 * With every place taken there are 320: two of each drawn client and zone, those to upstreams and services, 60 declared ones,
 * three domains of each client. A panel that reads two numbers of each node and each edge reads less than a thousand series.
 */
const MOST_EDGES = 330;
const SERIES_EACH = 3;
const NODES = 'homelab_graph_node_info';
const EDGES = 'homelab_graph_edge_info';

/** The nodes and edges that Grafana's node graph draws, as counters. There is no edge without both its nodes. */
export class NodeGraph {
  readonly #budget: SeriesBudget;
  readonly #titleOf: (id: string) => string;
  readonly #nodes = new Map<string, Node>();
  readonly #edges = new Map<string, Edge>();
  /** Source -> target -> edge: finding one builds no text. */
  readonly #index = new Map<string, Map<string, Edge>>();

  /** `titleOf` names a node for people, by its id without the kind's prefix for clients; asked anew for every page. */
  constructor(budget: SeriesBudget, titleOf: (id: string) => string) {
    this.#budget = budget;
    this.#titleOf = titleOf;
  }

  /** Makes sure that there is a node; whether there is. */
  node(id: string): boolean {
    return this.#findNode(id) !== undefined;
  }

  /** Draws an edge, without a request. */
  draw(source: string, target: string, kind: EdgeKind): void {
    this.#findEdge(source, target, kind);
  }

  /**
   * Counts a request between two nodes and how long it took, for the edge and the node that takes it; with `sends` for the
   * node that sends it, too: one that only passes it on has counted it before. Returns the edge, to be kept while it is
   * live; undefined: there is none.
   */
  request(
    source: string,
    target: string,
    { kind, seconds, failed, sends }: { kind: EdgeKind; seconds: number; failed: boolean; sends: boolean },
  ): LiveEdge | undefined {
    const edge = this.#findEdge(source, target, kind);
    if (edge === undefined) {
      if (sends) countIn(this.#findNode(source), failed);
      countIn(this.#findNode(target), failed);
      return undefined;
    }
    this.requestAlong(edge, seconds, failed, sends);
    return edge;
  }

  /** The same along an edge that was kept and is live. */
  requestAlong(kept: LiveEdge, seconds: number, failed: boolean, sends: boolean): void {
    const edge = kept as Edge;
    edge.requests++;
    edge.seconds += seconds;
    if (sends) countIn(edge.sourceNode, failed);
    countIn(edge.targetNode, failed);
  }

  /** Removes a node with all its edges. */
  remove(id: string): void {
    if (!this.#nodes.delete(id)) return;
    this.#budget.give(SERIES_EACH);
    for (const { source, target } of this.#edges.values())
      if (source === id || target === id) this.removeEdge(source, target);
  }

  removeEdge(source: string, target: string): void {
    const edge = this.#edges.get(`${source}|${target}`);
    if (edge === undefined) return;
    edge.isLive = false;
    this.#edges.delete(`${source}|${target}`);
    const targets = this.#index.get(source);
    targets?.delete(target);
    if (targets?.size === 0) this.#index.delete(source);
    this.#budget.give(SERIES_EACH);
  }

  render(lines: string[]): void {
    const nodes = [...this.#nodes];
    const edges = [...this.#edges];
    const each = <Part>(
      [name, type, help]: readonly [string, string, string],
      parts: readonly (readonly [string, Part])[],
      sample: (id: string, part: Part) => string,
    ): void => {
      if (parts.length === 0) return;
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [id, part] of parts) lines.push(`${name}${sample(id, part)}`);
    };
    const byId = (id: string, value: number): string => `${labelText(['id'], [id])} ${valueText(value)}`;
    each([NODES, 'gauge', 'Nodes of the network graph; always 1.'], nodes, (id, { subtitle, color }) => {
      const labels = ['id', 'title', 'subtitle', 'color'];
      return `${labelText(labels, [id, this.#titleOf(id), subtitle, color])} 1`;
    });
    each(
      ['homelab_graph_node_requests_total', 'counter', 'Requests that a node sent (clients, zones) or answered.'],
      nodes,
      (id, { requests }) => byId(id, requests),
    );
    each(
      ['homelab_graph_node_errors_total', 'counter', 'Of these, those that failed: DNS SERVFAIL, HTTP 5xx.'],
      nodes,
      (id, { errors }) => byId(id, errors),
    );
    each([EDGES, 'gauge', 'Edges of the network graph; always 1.'], edges, (id, { source, target, kind }) => {
      return `${labelText(['id', 'source', 'target', 'kind'], [id, source, target, kind])} 1`;
    });
    each(['homelab_graph_edge_requests_total', 'counter', 'Requests along an edge.'], edges, (id, { requests }) =>
      byId(id, requests),
    );
    each(
      ['homelab_graph_edge_duration_seconds_total', 'counter', 'Time that these requests took.'],
      edges,
      (id, { seconds }) => byId(id, seconds),
    );
  }

  #findNode(id: string): Node | undefined {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    if (this.#nodes.size >= MOST_NODES || !this.#budget.take(SERIES_EACH)) {
      this.#budget.refused(NODES);
      return undefined;
    }
    const [subtitle, color] = KINDS[id.slice(0, id.indexOf(':'))] ?? ['', 'gray'];
    const node = { subtitle, color, requests: 0, errors: 0 };
    this.#nodes.set(id, node);
    return node;
  }

  #findEdge(source: string, target: string, kind: EdgeKind): Edge | undefined {
    return this.#index.get(source)?.get(target) ?? this.#makeEdge(source, target, kind);
  }

  #makeEdge(source: string, target: string, kind: EdgeKind): Edge | undefined {
    const sourceNode = this.#findNode(source);
    const targetNode = this.#findNode(target);
    if (sourceNode === undefined || targetNode === undefined) return undefined;
    if (this.#edges.size >= MOST_EDGES || !this.#budget.take(SERIES_EACH)) {
      this.#budget.refused(EDGES);
      return undefined;
    }
    const edge = { isLive: true, source, target, sourceNode, targetNode, kind, requests: 0, seconds: 0 };
    this.#edges.set(`${source}|${target}`, edge);
    const targets = this.#index.get(source) ?? new Map<string, Edge>();
    this.#index.set(source, targets.set(target, edge));
    return edge;
  }
}

function countIn(node: Node | undefined, failed: boolean): void {
  if (node === undefined) return;
  node.requests++;
  if (failed) node.errors++;
}
