import type { Needs } from './reduce.ts';
import { dependentsOf, rowsOf } from './rows.ts';
import { spread } from './spread.ts';

export const BOX = { width: 178, height: 44 } as const;
const MARGIN = 12;
const ROW_GAP = 40;
const GAP = 10;
const SWEEPS = 6;
/** Beyond, lines go straight, behind the boxes in between: nobody could follow so many anyway. */
const MOST_LANES = 4000;

/** Where everything is drawn, in pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners, by node. */
  readonly boxes: readonly { readonly x: number; readonly y: number }[];
  /** SVG path data of all lines down from each node; empty where nothing needs it. */
  readonly lines: readonly string[];
}

/** A box, or the place in a row where the line of a node further up passes. */
interface Item {
  readonly node: number;
  readonly isLane: boolean;
  x: number;
  above: Item[];
  below: Item[];
}

/**
 * A layered drawing (Sugiyama): rows by depth; lines that pass a row have a place in it, one for all lines from the same
 * node; each row ordered by the mean of its neighbours, a few times up and down, then moved as near to them as nothing
 * overlaps. Pure and deterministic. `needs` has no cycles, and should be reduced.
 */
export function layOut(needs: Needs): Layout {
  const rows = rowsOf(needs);
  const items = itemsOf(rows, needs);
  for (const row of items) place(row, packed(row));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const row of items) settle(row, 'above', sweep < SWEEPS / 2);
    for (const row of [...items].reverse()) settle(row, 'below', sweep < SWEEPS / 2);
  }
  centre(items);
  const edges = items.flat().map(({ x, isLane }) => [x, isLane ? 0 : BOX.width / 2] as const);
  const left = Math.min(0, ...edges.map(([x, half]) => x - half)) - MARGIN;
  const right = Math.max(0, ...edges.map(([x, half]) => x + half)) + MARGIN;
  for (const item of items.flat()) item.x = Math.round(item.x - left);
  return {
    width: Math.ceil(right - left),
    height: Math.max(0, rows.length * (BOX.height + ROW_GAP) - ROW_GAP) + 2 * MARGIN,
    ...drawn(items, needs),
  };
}

function itemsOf(rows: readonly (readonly number[])[], needs: Needs): Item[][] {
  const rowOf = new Map(rows.flatMap((row, index) => row.map((node) => [node, index] as const)));
  const items = rows.map((row) => row.map((node) => item(node, false)));
  const boxes = new Map(items.flat().map((each) => [each.node, each]));
  const dependents = dependentsOf(needs);
  const reach = dependents.map((list) => Math.max(0, ...list.map((node) => rowOf.get(node) ?? 0)));
  const lanes = reach.reduce((sum, last, node) => sum + Math.max(0, last - (rowOf.get(node) ?? 0) - 1), 0);
  for (const [node, list] of dependents.entries()) {
    const box = boxes.get(node);
    if (box === undefined) continue;
    const own = rowOf.get(node) ?? 0;
    // What the lines down from this node start from, by the row above which they end.
    const starts = new Map([[own + 1, box]]);
    for (let row = own + 1, from = box; row < (reach[node] ?? 0) && lanes <= MOST_LANES; row += 1) {
      const lane = item(node, true);
      items[row]?.push(lane);
      link(from, lane);
      starts.set(row + 1, lane);
      from = lane;
    }
    for (const dependent of list) link(starts.get(rowOf.get(dependent) ?? 0) ?? box, boxes.get(dependent));
  }
  return items;
}

function item(node: number, isLane: boolean): Item {
  return { node, isLane, x: 0, above: [], below: [] };
}

function link(from: Item, to: Item | undefined): void {
  if (to === undefined) return;
  from.below.push(to);
  to.above.push(from);
}

function widthOf({ isLane }: Item): number {
  return isLane ? 0 : BOX.width + GAP;
}

/** One beside the other, around the middle. */
function packed(row: readonly Item[]): number[] {
  return spread(
    row.map((each) => ({ wish: 0, width: widthOf(each) })),
    GAP,
  );
}

function place(row: readonly Item[], centres: readonly number[]): void {
  for (const [index, each] of row.entries()) each.x = centres[index] ?? 0;
}

/** Moves a row towards its neighbours on one side; with `reorder` also past each other. */
function settle(row: Item[], side: 'above' | 'below', reorder: boolean): void {
  const wishes = new Map(
    row.map((each) => {
      const near = each[side];
      return [each, near.length === 0 ? each.x : near.reduce((sum, { x }) => sum + x, 0) / near.length];
    }),
  );
  const wish = (each: Item): number => wishes.get(each) ?? each.x;
  if (reorder) row.sort((a, b) => wish(a) - wish(b) || a.node - b.node);
  place(
    row,
    spread(
      row.map((each) => ({ wish: wish(each), width: widthOf(each) })),
      GAP,
    ),
  );
}

/** Rows that no line leads to are put below the middle of the others. */
function centre(items: readonly (readonly Item[])[]): void {
  const isLinked = ({ above, below }: Item): boolean => above.length + below.length > 0;
  const linked = items.flat().filter(isLinked);
  if (linked.length === 0) return;
  const middle = (Math.min(...linked.map(({ x }) => x)) + Math.max(...linked.map(({ x }) => x))) / 2;
  for (const row of items) if (!row.some(isLinked)) for (const each of row) each.x += middle;
}

function drawn(items: readonly (readonly Item[])[], needs: Needs): Pick<Layout, 'boxes' | 'lines'> {
  const boxes = needs.map(() => ({ x: 0, y: 0 }));
  const lines = needs.map(() => '');
  const top = new Map(items.flatMap((row, index) => row.map((each) => [each, topOf(index)] as const)));
  const curve = (from: Item, to: Item): string => {
    const [start, end] = [(top.get(from) ?? 0) + BOX.height, top.get(to) ?? 0];
    const bend = (end - start) / 2;
    return `M${from.x} ${start}C${from.x} ${start + bend} ${to.x} ${end - bend} ${to.x} ${end}${to.isLane ? `v${BOX.height}` : ''}`;
  };
  for (const each of items.flat()) {
    if (!each.isLane) boxes[each.node] = { x: each.x - BOX.width / 2, y: top.get(each) ?? 0 };
    lines[each.node] = (lines[each.node] ?? '') + each.below.map((end) => curve(each, end)).join('');
  }
  return { boxes, lines };
}

function topOf(row: number): number {
  return MARGIN + row * (BOX.height + ROW_GAP);
}
