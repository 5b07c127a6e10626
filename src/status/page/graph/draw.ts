import { anchorOf } from '../anchor.ts';
import { html, type Markup } from '../html.ts';
import { STATE_LOOKS } from '../look.ts';
import { BOX, layOut } from './layout.ts';
import { transitiveReduction } from './reduce.ts';
import type { GraphNode } from './resource-graph.ts';

const LONGEST_NAME = 18;
const LONGEST_KIND = 22;

function shortened(text: string, longest: number): string {
  const letters = [...text];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : text;
}

function moreText({ more }: GraphNode): string {
  return more === 0 ? '' : `, with ${more} more`;
}

/** What a screen reader says of a box. */
export function nodeText(node: GraphNode): string {
  const needs = node.needs.length === 0 ? 'needs nothing' : `needs ${node.needs.join(', ')}`;
  return `${node.key}: ${node.state}${moreText(node)}; ${needs}`;
}

function box(node: GraphNode, { x, y }: { x: number; y: number }): Markup {
  const { tone, sign } = STATE_LOOKS[node.state];
  const slash = node.key.indexOf('/');
  const [kind, name] = [node.key.slice(0, slash), node.key.slice(slash + 1)];
  return html`<a class="node ${tone}" href="#${anchorOf(node.key)}" aria-label="${nodeText(node)}"
    ><title>${node.key}: ${node.state}</title
    ><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="8" /><rect
      class="mark"
      x="${x}"
      y="${y}"
      width="26"
      height="${BOX.height}"
      rx="8"
    /><text class="sign" x="${x + 13}" y="${y + 28}" text-anchor="middle">${sign}</text
    ><text class="name" x="${x + 34}" y="${y + 19}">${shortened(name, LONGEST_NAME)}</text
    ><text class="kind" x="${x + 34}" y="${y + 35}"
      >${shortened(node.more === 0 ? kind : `${kind} + ${node.more}`, LONGEST_KIND)}</text
    ></a
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
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    role="group"
    aria-label="Dependency graph"
  >
    <g aria-hidden="true">${paths}</g>
    ${nodes.map((node, position) => box(node, boxes[position] ?? { x: 0, y: 0 }))}
  </svg>`;
}
