import { html, type Content } from './html.ts';
import { drawGraph, nodeText } from './graph/draw.ts';
import { resourceGraph, type GraphNode } from './graph/resource-graph.ts';
import type { PageInput } from './page-input.ts';
import { keyLink, type Section } from './section.ts';

/** Boxes that are drawn at most: of more, only those that are not Ready and their neighbours. */
const MOST_BOXES = 400;

function notable(nodes: readonly GraphNode[]): GraphNode[] {
  const troubled = new Set(nodes.filter(({ state }) => state !== 'Ready').map(({ key }) => key));
  const near = new Set(troubled);
  for (const { key, needs } of nodes) {
    if (troubled.has(key)) for (const need of needs) near.add(need);
    else if (needs.some((need) => troubled.has(need))) near.add(key);
  }
  return nodes.filter(({ key }) => near.has(key));
}

function asList(nodes: readonly GraphNode[], known: ReadonlySet<string>): Content {
  const items = nodes.map((node) => html`<li>${keyLink(node.key, known)}: ${nodeText(node)}</li>`);
  return html`<details id="graph-list">
    <summary>The graph as a list</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

/** What depends on what, with the health of each; a high-level resource is one box with all of its parts. */
export function graphSection({ status }: PageInput): Section | undefined {
  const all = resourceGraph(status.resources);
  if (all.length === 0) return undefined;
  const shown = all.length > MOST_BOXES ? notable(all) : all;
  const isDrawn = shown.length > 0 && shown.length <= MOST_BOXES;
  const left =
    shown.length < all.length &&
    html`<p class="note">
      ${all.length} boxes are too many for a picture: it shows what is not Ready and what is next to it.
    </p>`;
  const drawing = html`<p><a class="skip-graph" href="#after-graph">Skip the graph</a></p>
    <div class="scroll graph" role="region" aria-label="Dependency graph, scrollable" tabindex="0">
      ${drawGraph(shown)}
    </div>
    <p id="after-graph" class="small" tabindex="-1">
      What is needed lies above what needs it; lines from what is not Ready are dashed. A box shows the worst state of
      what is in it (+ 3: three parts, or what only it needs), and leads to its row.
    </p>`;
  return {
    id: 'graph',
    title: 'Dependencies',
    body: html`${left}${isDrawn && drawing}${asList(shown.length === 0 || !isDrawn ? all : shown, new Set(status.resources.map(({ key }) => key)))}`,
  };
}
