import { expect } from 'chai';
import fc from 'fast-check';
import { BOX, layOut } from '../../../../src/status/page/graph/layout.ts';
import { depths, inOrder, transitiveReduction, type Needs } from '../../../../src/status/page/graph/reduce.ts';
import { MOST_IN_ROW, rowsOf } from '../../../../src/status/page/graph/rows.ts';
import { spread } from '../../../../src/status/page/graph/spread.ts';

/** Graphs without cycles: every node needs only earlier ones, and then they are shuffled. */
function arbitraryNeeds(most: number): fc.Arbitrary<Needs> {
  return fc
    .integer({ min: 0, max: most })
    .chain((size) =>
      fc.tuple(
        fc.tuple(
          ...Array.from({ length: size }, (_, node) =>
            node === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat({ max: node - 1 }), { maxLength: 4 }),
          ),
        ),
        fc.shuffledSubarray([...Array(size).keys()], { minLength: size, maxLength: size }),
      ),
    )
    .map(([lists, names]) => {
      const needs: number[][] = lists.map(() => []);
      for (const [node, list] of lists.entries()) needs[names[node] ?? 0] = list.map((need) => names[need] ?? 0);
      return needs;
    });
}

function reachable(needs: Needs): Set<number>[] {
  const found = needs.map(() => new Set<number>());
  for (const node of inOrder(needs))
    for (const need of needs[node] ?? []) {
      found[node]?.add(need);
      for (const further of found[need] ?? []) found[node]?.add(further);
    }
  return found;
}

describe('layout of the dependency graph', function () {
  this.timeout(20_000);
  it('leaves out lines that say nothing new, and no other', () => {
    expect(transitiveReduction([[], [0], [0, 1]])).to.deep.equal([[], [0], [1]]);
    fc.assert(
      fc.property(arbitraryNeeds(25), (needs) => {
        const reduced = transitiveReduction(needs);
        const reached = reachable(needs);
        expect(reachable(reduced)).to.deep.equal(reached);
        for (const [node, list] of reduced.entries())
          for (const need of list) {
            const isSaid = list.some((other) => other !== need && reached[other]?.has(need));
            expect(isSaid, `${node} -> ${need}`).to.equal(false);
          }
      }),
    );
  });

  it('puts everything below what it needs, once, and not more side by side than can be read', () => {
    fc.assert(
      fc.property(arbitraryNeeds(40), (needs) => {
        const rows = rowsOf(needs);
        const rowOf = new Map(rows.flatMap((row, index) => row.map((node) => [node, index] as const)));
        expect(rows.flat().sort((a, b) => a - b)).to.deep.equal([...needs.keys()]);
        expect(Math.max(0, ...rows.map((row) => row.length))).to.be.at.most(MOST_IN_ROW);
        for (const [node, list] of needs.entries())
          expect(list.every((need) => (rowOf.get(need) ?? 0) < (rowOf.get(node) ?? 0))).to.equal(true);
      }),
    );
  });

  it('lets no boxes overlap, keeps all within the picture, and draws a line down from everything that is needed', () => {
    fc.assert(
      fc.property(arbitraryNeeds(40), (all) => {
        const needs = transitiveReduction(all);
        const { width, height, boxes, lines } = layOut(needs);
        const outside = boxes.filter(({ x, y }) => x < 0 || y < 0 || x + BOX.width > width || y + BOX.height > height);
        expect(outside).to.deep.equal([]);
        const overlapping = boxes.filter(({ x, y }, node) =>
          boxes.some(
            (other, index) => index > node && Math.abs(other.y - y) < BOX.height && Math.abs(other.x - x) < BOX.width,
          ),
        );
        expect(overlapping).to.deep.equal([]);
        const needed = new Set(needs.flat());
        expect(lines.map((line) => line !== '')).to.deep.equal(needs.map((_, node) => needed.has(node)));
      }),
    );
  });

  it('gives the same picture for the same graph', () => {
    fc.assert(
      fc.property(arbitraryNeeds(25), (needs) => {
        expect(layOut(needs)).to.deep.equal(layOut(structuredClone(needs)));
      }),
    );
  });

  it('copes with a chain, and with a wide and dense graph, in a moment', () => {
    const chain = Array.from({ length: 400 }, (_, node) => (node === 0 ? [] : [node - 1]));
    expect(Math.max(...depths(chain))).to.equal(399);
    expect(layOut(chain).boxes).to.have.length(400);
    const dense = Array.from({ length: 400 }, (_, node) => (node < 200 ? [] : [...Array(200).keys()]));
    expect(layOut(transitiveReduction(dense)).width).to.be.greaterThan(BOX.width);
  });

  it('moves what wants to pass each other as one, and nothing else', () => {
    const items = [-100, 0, 200].map((wish) => ({ wish, width: 10 }));
    expect(spread(items, 5)).to.deep.equal([-100, 0, 200]);
    expect(
      spread(
        [50, 50].map((wish) => ({ wish, width: 10 })),
        10,
      ),
    ).to.deep.equal([40, 60]);
    fc.assert(
      fc.property(
        fc.array(fc.record({ wish: fc.integer({ min: -500, max: 500 }), width: fc.integer({ min: 0, max: 200 }) })),
        (row) => {
          const centres = spread(row, 10);
          for (const [index, { width }] of row.entries()) {
            const before = row[index - 1];
            if (before === undefined) continue;
            const distance = (centres[index] ?? 0) - (centres[index - 1] ?? 0);
            expect(distance).to.be.at.least((before.width + width) / 2 + 10 - 1e-6);
          }
          const pull = row.reduce((sum, { wish }, index) => sum + wish - (centres[index] ?? 0), 0);
          expect(Math.abs(pull)).to.be.below(1e-6 * (row.length + 1));
        },
      ),
    );
  });
});
