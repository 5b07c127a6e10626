/** Something in a row: where it would like to be, and its width. */
export interface Spread {
  readonly wish: number;
  readonly width: number;
}

/**
 * Centres of a row's items, in the order given, none overlapping the next and each as near to its wish as that allows
 * (least squares). Pool adjacent violators: items that want to pass each other are moved as one block.
 */
export function spread(items: readonly Spread[], gap: number): number[] {
  // With what must lie before each item taken off, the centres only have to be in ascending order.
  const offsets: number[] = [];
  let offset = 0;
  for (const [index, { width }] of items.entries()) {
    const before = items[index - 1];
    if (before !== undefined) offset += before.width / 2 + gap + width / 2;
    offsets.push(offset);
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [index, { wish }] of items.entries()) {
    let block = { sum: wish - (offsets[index] ?? 0), count: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.count <= block.sum / block.count) break;
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const centres = blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  return centres.map((centre, index) => centre + (offsets[index] ?? 0));
}
