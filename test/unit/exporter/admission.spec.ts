import { expect } from 'chai';
import fc from 'fast-check';
import { Admission } from '../../../src/exporter/admission/admission.ts';
import { Doorkeeper } from '../../../src/exporter/admission/doorkeeper.ts';
import { quickHash } from '../../../src/exporter/admission/quick-hash.ts';
import { SpaceSaving } from '../../../src/exporter/admission/space-saving.ts';

const HOUR = 3_600_000;

describe('admission of label values', () => {
  it('counts at most what is true, and keeps what is frequent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 12 }),
        (keys, slots) => {
          const sketch = new SpaceSaving(slots);
          const truth = new Map<string, number>();
          for (const key of keys.map(String)) {
            truth.set(key, (truth.get(key) ?? 0) + 1);
            expect(sketch.add(key)).to.be.at.most(truth.get(key) ?? 0);
          }
          expect(sketch.size).to.be.at.most(slots);
          const kept = new Set(sketch.top(slots).map(({ key }) => key));
          for (const [key, count] of truth) if (count > keys.length / slots) expect(kept.has(key), key).to.equal(true);
        },
      ),
    );
  });

  it('fills its places in the order of arrival', () => {
    const admission = new Admission({ capacity: 2, idleAfter: 6 * HOUR });
    expect(['a', 'b', 'c', 'a'].map((key) => admission.observe(key, 0))).to.deep.equal([true, true, false, true]);
    expect(admission.members).to.deep.equal(['a', 'b']);
  });

  it('replaces the weakest after an hour by one that is half as frequent again', () => {
    const evicted: string[] = [];
    const admission = new Admission({ capacity: 2, idleAfter: 6 * HOUR }, (key) => evicted.push(key));
    for (let count = 0; count < 10; count++) admission.observe('a', 0);
    for (let count = 0; count < 4; count++) admission.observe('b', 0);
    for (let count = 0; count < 8; count++) expect(admission.observe('c', HOUR - 1)).to.equal(false);
    for (const time of [2 * HOUR, 2 * HOUR + 60_000]) admission.observe('d', time);
    expect(admission.observe('c', 2 * HOUR + 120_000)).to.equal(true);
    expect(evicted).to.deep.equal(['b']);
    expect(admission.members).to.deep.equal(['a', 'c']);
  });

  it('lets equals not take turns', () => {
    const admission = new Admission({ capacity: 1, idleAfter: 6 * HOUR });
    for (let hour = 0; hour < 20; hour++)
      for (const key of ['a', 'b']) expect(admission.observe(key, hour * HOUR)).to.equal(key === 'a');
  });

  it('knows its members however often places went from one to another', () => {
    const admission = new Admission({ capacity: 1, idleAfter: 6 * HOUR });
    for (let turn = 0; turn < 600; turn++) {
      const key = turn % 2 === 0 ? 'a' : 'b';
      expect([1, 2].map(() => admission.observe(key, turn * 7 * HOUR))).to.deep.equal([true, true]);
    }
  });

  it('gives the place of an idle key to any other', () => {
    const admission = new Admission({ capacity: 1, idleAfter: 6 * HOUR });
    for (let count = 0; count < 100; count++) admission.observe('a', 0);
    expect(admission.observe('b', 5 * HOUR)).to.equal(false);
    expect(admission.observe('b', 6 * HOUR + 1)).to.equal(true);
    expect(admission.has('a')).to.equal(false);
  });

  it('makes at most ten changes an hour', () => {
    let changes = 0;
    const admission = new Admission({ capacity: 20, idleAfter: HOUR }, () => changes++);
    for (let key = 0; key < 20; key++) admission.observe(`old ${key}`, 0);
    for (let minute = 0; minute < 59; minute++)
      for (let key = 0; key < 40; key++) admission.observe(`new ${key}`, 2 * HOUR + minute * 60_000);
    expect(changes).to.equal(10);
  });

  it('lets what was frequent long ago give way', () => {
    const admission = new Admission({ capacity: 1, idleAfter: 1000 * HOUR });
    for (let count = 0; count < 1000; count++) admission.observe('past', 0);
    let changedAt: number | undefined;
    for (let hour = 1; hour < 24 * 14; hour++) {
      admission.observe('past', hour * HOUR);
      for (let count = 0; count < 4; count++)
        if (admission.observe('present', hour * HOUR + count * 600_000)) changedAt ??= hour;
    }
    expect(changedAt).to.be.within(24, 24 * 10);
  });

  it('goes on after the clock was set back', () => {
    const admission = new Admission({ capacity: 1, idleAfter: 6 * HOUR });
    admission.observe('a', 1000 * HOUR);
    admission.observe('b', 1000 * HOUR);
    for (let count = 0; count < 10; count++) admission.observe('b', 2 * HOUR);
    admission.observe('a', 2 * HOUR);
    expect(admission.observe('b', 9 * HOUR)).to.equal(true);
  });

  it('lets in what is frequent through a long tail of what comes once, and counts at most what is true', () => {
    const admission = new Admission({ capacity: 4, idleAfter: 6 * HOUR });
    for (let index = 0; index < 40_000; index++) {
      admission.observe(`tail-${index}.example.com`, 0);
      if (index % 10 === 0) admission.observe('frequent.example.com', 0);
    }
    const [first] = admission.top(20).filter(({ key }) => key === 'frequent.example.com');
    expect(first?.count).to.be.within(3000, 4000);
  });

  it('knows a key again that came not long ago, and takes few for known that never came', () => {
    const doorkeeper = new Doorkeeper(4096);
    let mistaken = 0;
    for (let index = 0; index < 2000; index++) {
      const hash = quickHash(`d${index}.com`);
      if (doorkeeper.knows(hash)) mistaken++;
      expect(doorkeeper.knows(hash)).to.equal(true);
    }
    expect(mistaken).to.be.lessThan(20);
  });
});
