import type { ResourceState } from '../../leading-condition.ts';
import { anchorOf } from '../anchor.ts';
import { html, type Markup } from '../html.ts';
import { STATE_LOOKS } from '../look.ts';
import { fittingText } from './fitting-text.ts';
import { BOX, layOut } from './layout.ts';
import { transitiveReduction } from './reduce.ts';
import type { GraphNode } from './resource-graph.ts';

/** Where the text of a box begins, and how much of its end is left free. */
const TEXT_START = 34;
const TEXT_END = 6;
/** Sizes of the fonts as in browser/graph.css; what is not bold is narrower. */
const WIDEST_NAME = (BOX.width - TEXT_START - TEXT_END) / 12.5;
const WIDEST_KIND = (BOX.width - TEXT_START - TEXT_END) / (12 * 0.87);
/** Pixels of a browser whose font was not enlarged: the picture grows with the font. */
const PIXELS_A_REM = 16;

/** The signs of the states as lines, from the middle of their place: no font has to have them, and none reads them out. */
const SIGNS: Readonly<Record<ResourceState, string>> = {
  Ready: 'm-5 0l3.5 4l6.5-8',
  Progressing: 'm-5 0h.01m5 0h.01m5 0h.01',
  Blocked: 'm-2.5-5v10m5-10v10',
  Degraded: 'm-4.5-4.5l9 9m0-9l-9 9',
  Stalled: 'm-4-4h8v8h-8z',
  Unknown: 'm-3-2.5a3 3 0 1 1 3 3v1.5m0 3.5h.01',
};

/** What is to be said of a box besides its name. */
export function nodeText({ state, more, needs }: GraphNode): string {
  const rest = more === 0 ? '' : `, with ${more} more`;
  return `${state}${rest}; needs ${needs.length === 0 ? 'nothing' : needs.join(', ')}`;
}

function box(node: GraphNode, { x, y }: { x: number; y: number }): Markup {
  const { tone } = STATE_LOOKS[node.state];
  const slash = node.key.indexOf('/');
  const name = node.key.slice(slash + 1);
  const shownName = fittingText(name, WIDEST_NAME);
  const kind = node.key.slice(0, slash) + (node.more === 0 ? '' : ` + ${node.more}`);
  const shownKind = fittingText(kind, WIDEST_KIND);
  // Begins with what is seen, for those who speak to their browser; the whole name follows where it is cut.
  const cut = name === shownName && kind === shownKind ? '' : `, ${node.key}`;
  return html`<a
    class="node ${tone}"
    href="#${anchorOf(node.key)}"
    aria-label="${shownName} ${shownKind}${cut}: ${nodeText(node)}"
    >${cut !== '' && html`<title>${node.key}: ${node.state}</title>`}<rect
      x="${x}"
      y="${y}"
      width="${BOX.width}"
      height="${BOX.height}"
      rx="8"
    /><rect class="mark" x="${x}" y="${y}" width="26" height="${BOX.height}" rx="8" /><path
      class="sign"
      d="M${x + 13} ${y + 22}${SIGNS[node.state]}"
    /><text class="name" x="${x + TEXT_START}" y="${y + 19}">${shownName}</text>
    <text class="kind" x="${x + TEXT_START}" y="${y + 35}">${shownKind}</text></a
  >`;
}

/** The boxes and lines as SVG: what is needed lies above what needs it. Lines from what is not Ready are dashed. */
export function drawGraph(nodes: readonly GraphNode[]): Markup {
  const index = new Map(nodes.map(({ key }, position) => [key, position]));
  const needs = nodes.map((node) => node.needs.flatMap((need) => index.get(need) ?? []));
  const { width, height, boxes, lines } = layOut(transitiveReduction(needs));
  const paths = nodes.map(({ state }, position) => {
    const path = lines[position] ?? '';
    return path === '' ? '' : html`<path class="${state === 'Ready' ? 'line' : 'line pending'}" d="${path}" />`;
  });
  return html`<svg
    width="${width / PIXELS_A_REM}rem"
    height="${height / PIXELS_A_REM}rem"
    viewBox="0 0 ${width} ${height}"
    role="group"
    aria-label="Dependency graph"
  >
    <g aria-hidden="true">${paths}</g>
    ${nodes.map((node, position) => box(node, boxes[position] ?? { x: 0, y: 0 }))}
  </svg>`;
}
