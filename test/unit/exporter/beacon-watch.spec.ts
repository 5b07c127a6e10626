import { expect } from 'chai';
import fc from 'fast-check';
import { hash } from '../../../src/exporter/hash.ts';
import { BeaconWatch } from '../../../src/exporter/scores/beacon-watch.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const watched = (domain: string) => ({ domain, hash: hash(domain) });

/** The watch after queries for one domain at these times in milliseconds. */
function after(times: readonly number[], ttl?: number, domain: string = 'beat.example.com'): BeaconWatch {
  const watch = new BeaconWatch();
  for (const at of times) if (watch.observe(watched(domain))) watch.hit(watched(domain), at, ttl);
  return watch;
}

/** `now` in milliseconds; before all that the tests tell, when it does not matter. */
function score(watch: BeaconWatch, now = 0): number {
  return watch.found(now)[0]?.score ?? 0;
}

/** Times whose intervals are these, in seconds. */
function spaced(intervals: readonly number[]): number[] {
  let at = 0;
  return [0, ...intervals.map((seconds) => (at += seconds * 1000))];
}

describe('queries that come like a clock', () => {
  it('score in full when they are exactly regular, and tell how often they come', () => {
    const found = after(spaced(Array.from({ length: 30 }, () => 60))).found(0);
    expect(found).to.have.length(1);
    expect(found[0]?.score).to.equal(1);
    expect(found[0]?.every).to.be.closeTo(60, 1e-9);
  });

  it('score 1 - CV / 0.3, where CV is deviation / mean of the intervals, as computed in two passes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 30, max: 80 }), { minLength: 20, maxLength: 60 }), (all) => {
        // The time of the first query is not asked for.
        const intervals = all.slice(1);
        const mean = intervals.reduce((sum, value) => sum + value, 0) / intervals.length;
        const variance = intervals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / intervals.length;
        const expected = Math.min(1, Math.max(0, 1 - Math.sqrt(variance) / mean / 0.3));
        expect(score(after(spaced(all)))).to.be.closeTo(expected, 1e-6);
      }),
    );
  });

  it('always score from 0 to 1, whatever times and answers are told', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ noNaN: true }), fc.option(fc.nat(), { nil: undefined })), { maxLength: 60 }),
        (hits) => {
          const watch = new BeaconWatch();
          for (const [at, ttl] of hits) if (watch.observe(watched('a.com'))) watch.hit(watched('a.com'), at, ttl);
          for (const { score: one } of watch.found(0)) expect(one).to.be.within(0, 1);
        },
      ),
    );
  });

  it('score nothing before there are twenty in six hours', () => {
    const times = (count: number): number[] => spaced(Array.from({ length: count - 1 }, () => 60));
    expect(score(after(times(19)))).to.equal(0);
    expect(score(after(times(20)))).to.equal(1);
    // Twenty in all, but never twenty within six hours.
    expect(score(after(spaced(Array.from({ length: 40 }, () => 1300))))).to.equal(0);
  });

  it('score nothing when a cache makes them regular: within 10 % of the time to live', () => {
    const every = spaced(Array.from({ length: 60 }, () => 300));
    expect(score(after(every, 290))).to.equal(0);
    expect(score(after(every, 200))).to.equal(1);
  });

  it('keep their score for the six hours that follow, and lose it then', () => {
    const day = spaced(Array.from({ length: 400 }, () => 60));
    const watch = after(day);
    expect(score(watch)).to.equal(1);
    const late = (day.at(-1) ?? 0) + 7 * HOUR;
    watch.observe(watched('beat.example.com'));
    watch.hit(watched('beat.example.com'), late, undefined);
    expect(score(watch)).to.equal(1);
    watch.observe(watched('beat.example.com'));
    watch.hit(watched('beat.example.com'), late + 7 * HOUR, undefined);
    expect(score(watch)).to.equal(0);
  });

  it('score nothing any more once they have stopped, though nobody asks for anything else', () => {
    const day = spaced(Array.from({ length: 300 }, () => 60));
    const end = day.at(-1) ?? 0;
    expect(score(after(day), end + HOUR)).to.equal(1);
    expect(score(after(day), end + 13 * HOUR)).to.equal(0);
  });

  it('go on after a night without any, which is no interval', () => {
    const minute = (length: number): number[] => Array.from({ length }, () => 60);
    const times = spaced([...minute(30), 8 * 3600, ...minute(7 * 60)]);
    const found = after(times).found(times.at(-1) ?? 0)[0];
    expect(found?.score).to.equal(1);
    expect(found?.every).to.be.closeTo(60, 1e-9);
  });

  it('are found among other queries, with a bounded number of domains', () => {
    const watch = new BeaconWatch();
    for (let second = 0; second < 3 * 3600; second += 20) {
      if (second % 60 === 0 && watch.observe(watched('beat.example.com')))
        watch.hit(watched('beat.example.com'), second * 1000, undefined);
      const other = `other${(second * 7919) % 997}.net`;
      if (watch.observe(watched(other))) watch.hit(watched(other), second * 1000 + 7, undefined);
    }
    expect(watch.found(0)[0]).to.deep.include({ domain: 'beat.example.com', score: 1 });
    expect(watch.found(0).length).to.be.at.most(16);
  });

  it('begin anew when the clock was set back', () => {
    const forth = spaced(Array.from({ length: 30 }, () => 60)).map((at) => at + HOUR);
    const watch = after([...forth, ...spaced(Array.from({ length: 30 }, () => 60))]);
    expect(score(watch)).to.equal(1);
  });
});
