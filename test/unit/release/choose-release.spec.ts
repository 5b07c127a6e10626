import { expect } from 'chai';
import fc from 'fast-check';
import {
  newestFirst,
  releaseBefore,
  releasesNamed,
  releasesToPrune,
  type Release,
} from '../../../src/release/choose-release.ts';
import { parseRecord, recordText } from '../../../src/release/record.ts';
import '../../support/same-runs.ts';

function commit(number: number): string {
  return number.toString(16).padStart(40, '0');
}

/** The nth release, which went live in the nth minute. */
function release(number: number, previous?: number): Release {
  const record = {
    commit: commit(number),
    subject: `change ${number}`,
    author: 'Ada',
    deployedAt: `2026-01-01T00:${String(number).padStart(2, '0')}:00.000Z`,
    ...(previous === undefined ? {} : { previous: commit(previous) }),
  };
  return { commit: commit(number), record };
}

describe('releases', () => {
  it('are sorted by when they went live, those of unknown time last', () => {
    const order = newestFirst([release(1), { commit: commit(9), record: undefined }, release(3), release(2)]);
    expect(order.map((each) => each.commit)).to.deep.equal([3, 2, 1, 9].map(commit));
  });

  it('that are older than the newest few go', () => {
    const all = [1, 2, 3, 4, 5].map((number) => release(number));
    expect(releasesToPrune(all, new Set([commit(5)]), 3)).to.deep.equal([commit(2), commit(1)]);
  });

  it('never go while they are in use, however many may stay', () => {
    const releases = fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 20 });
    fc.assert(
      fc.property(releases, fc.nat(30), fc.nat(25), (numbers, modulus, keep) => {
        const inUse = new Set(numbers.filter((number) => modulus > 0 && number % modulus === 0).map(commit));
        const all = numbers.map((number) => release(number));
        const gone = releasesToPrune(all, inUse, keep);
        expect(gone.filter((each) => inUse.has(each))).to.deep.equal([]);
        expect(all.length - gone.length).to.equal(Math.min(all.length, Math.max(keep, inUse.size)));
        const stayed = numbers.filter((number) => !gone.includes(commit(number)) && !inUse.has(commit(number)));
        expect(stayed.every((number) => gone.every((each) => each < commit(number)))).to.equal(true);
      }),
    );
  });

  it('are gone back to in the order in which they ran, and further back each time', () => {
    // 1, 2, 3 and 4 were pushed; 4 was bad, so 3 ran again; then came 5, which is bad, too.
    const all = [release(1), release(2, 1), release(3, 2), release(4, 3), release(5, 3)];
    const way: string[] = [];
    for (let current: string | undefined = commit(5); current !== undefined;) {
      current = releaseBefore(all, current);
      if (current !== undefined) way.push(current);
    }
    expect(way).to.deep.equal([3, 2, 1].map(commit));
  });

  it('are never gone back to in a circle, also where an old one was pushed again', () => {
    // 1, then 2, then 1 again by force, which replaced what was noted of 1.
    const { record } = release(3, 2);
    if (record === undefined) throw new Error('it has one');
    const all = [{ commit: commit(1), record: { ...record, commit: commit(1) } }, release(2, 1)];
    expect(releaseBefore(all, commit(1))).to.equal(commit(2));
    expect(releaseBefore(all, commit(2))).to.equal(undefined);
    expect(releaseBefore([...all, release(0)], commit(2))).to.equal(commit(0));
  });

  it('whose predecessor is gone are followed by the next older one', () => {
    expect(releaseBefore([release(1), release(2), release(4, 3)], commit(4))).to.equal(commit(2));
    expect(releaseBefore([release(4, 3)], commit(4))).to.equal(undefined);
  });

  it('are named by the beginning of their commit, which must mean one', () => {
    const all = [
      { commit: `abcd${'0'.repeat(36)}`, record: undefined },
      { commit: `abce${'0'.repeat(36)}`, record: undefined },
    ];
    expect(releasesNamed(all, 'abcd')).to.deep.equal([all[0]?.commit]);
    expect(releasesNamed(all, 'abc')).to.deep.equal([]);
    expect(releasesNamed(all, 'main')).to.deep.equal([]);
  });

  it('have a record that is believed for their own commit only', () => {
    const { record } = release(2, 1);
    if (record === undefined) throw new Error('it has one');
    expect(parseRecord(recordText(record), commit(2))).to.deep.equal(record);
    expect(parseRecord(recordText(record), commit(3))).to.equal(undefined);
    for (const text of ['', '[]', '{}', 'null', '{"commit":']) expect(parseRecord(text, commit(2))).to.equal(undefined);
  });
});
