import { expect } from 'chai';
import fc from 'fast-check';
import type { Level } from '../../../../src/model/levels.ts';
import type { Reading } from '../../../../src/model/observed-services.ts';
import { addReading, readingWindow } from '../../../../src/plan/pressure/add-reading.ts';
import { diskLadder, memoryLadder, type Ladder } from '../../../../src/plan/pressure/ladder.ts';
import { levelCause } from '../../../../src/plan/pressure/level-cause.ts';
import { nextLevel, type LoopDecision } from '../../../../src/plan/pressure/next-level.ts';
import '../../../support/same-runs.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 22, 12);
const STEP = 15_000;
const memory = {
  isEnabled: true,
  high: 0.85,
  low: 0.7,
  raiseAfter: 2 * MINUTE,
  lowerAfter: 30 * MINUTE,
  dwell: 10 * MINUTE,
};
const disk = { ...memory, high: 0.8, low: 0.75, critical: 0.9, emergency: 0.95 };

/** Readings every 15 s up to now, oldest first. */
function readings(ratios: readonly number[], end = NOW): Reading[] {
  return ratios.map((ratio, index) => ({ at: end - (ratios.length - 1 - index) * STEP, ratio }));
}
const lasting = (ratio: number, milliseconds: number): Reading[] =>
  readings(Array.from({ length: milliseconds / STEP + 1 }, () => ratio));
const at = (level: number, since = 0): Level => ({ level, since, cause: 'test' });
const decide = (
  given: readonly Reading[],
  level?: Level,
  ladder: Ladder = memoryLadder(memory),
  spec = memory,
  alarms: readonly number[] = [],
): LoopDecision => nextLevel({ readings: given, level, ladder, spec, alarms, now: NOW });

describe('a closed loop', () => {
  it('goes a level up when readings stayed high for long enough, and not before', () => {
    expect(decide(lasting(0.9, 2 * MINUTE)).change?.level).to.equal(1);
    expect(decide(lasting(0.9, 2 * MINUTE - STEP))).to.deep.equal({ at: NOW + STEP });
  });

  it('starts to count anew after one reading that was not high', () => {
    const given = readings([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.84, 0.9, 0.9]);
    expect(decide(given)).to.deep.equal({ at: NOW - STEP + 2 * MINUTE });
  });

  it('goes a level down when readings stayed low for long enough', () => {
    expect(decide(lasting(0.7, 30 * MINUTE), at(2)).change).to.deep.include({ level: 1 });
    expect(decide(lasting(0.7, 29 * MINUTE), at(2)).change).to.equal(undefined);
    expect(decide(lasting(0.1, 60 * MINUTE), at(0))).to.deep.equal({});
  });

  it('hears an alarm after the clock was set back behind its last change', () => {
    const later = at(1, NOW + 3 * 60 * MINUTE);
    expect(decide([], later, memoryLadder(memory), memory, [NOW - MINUTE]).change).to.deep.include({ level: 2 });
    // One that was heard already is none, on a clock that was not set back.
    expect(decide([], at(1, NOW - MINUTE), memoryLadder(memory), memory, [NOW - 2 * MINUTE]).change).to.equal(
      undefined,
    );
  });

  it('waits for the dwell, and says until when', () => {
    expect(decide(lasting(0.9, 5 * MINUTE), at(1, NOW - 6 * MINUTE))).to.deep.equal({ at: NOW + 4 * MINUTE });
    expect(decide(lasting(0.9, 5 * MINUTE), at(1, NOW - 10 * MINUTE)).change?.level).to.equal(2);
  });

  it('stays at its highest level, and within what the manifest allows', () => {
    expect(decide(lasting(0.99, 5 * MINUTE), at(3))).to.deep.equal({});
    const ladder = memoryLadder({ ...memory, maximumLevel: 1 });
    expect(decide(lasting(0.99, 5 * MINUTE), at(1), ladder)).to.deep.equal({});
    expect(decide([], at(3), ladder).change).to.deep.equal({ level: 1, why: { type: 'maximum' } });
  });

  it('neither rises nor falls without readings, with old ones, or over a gap', () => {
    for (const ratio of [0.99, 0.01]) {
      expect(decide([], at(1))).to.deep.equal({});
      const old = lasting(ratio, 60 * MINUTE).map((reading) => ({ ...reading, at: reading.at - 5 * MINUTE }));
      expect(decide(old, at(1)).change).to.equal(undefined);
      const gap = [{ at: NOW - 40 * MINUTE, ratio }, ...readings([ratio, ratio])];
      expect(decide(gap, at(1)).change).to.equal(undefined);
    }
  });

  it('goes up at once after a kill for want of memory, once for each', () => {
    expect(decide([], undefined, memoryLadder(memory), memory, [NOW - 1000]).change?.level).to.equal(1);
    expect(decide([], at(1, NOW - 500), memoryLadder(memory), memory, [NOW - 1000])).to.deep.equal({});
    expect(decide([], at(1, NOW - 5 * MINUTE), memoryLadder(memory), memory, [NOW - 1000])).to.deep.equal({
      at: NOW + 5 * MINUTE,
    });
    expect(decide([], undefined, memoryLadder(memory), memory, [NOW - 2 * 3_600_000])).to.deep.equal({});
    expect(decide([], undefined, memoryLadder(memory), memory, [NOW + 5000])).to.deep.equal({});
  });

  it('goes back to 0 once when it is switched off, and stays', () => {
    const off = { ...memory, isEnabled: false };
    expect(decide(lasting(0.99, 5 * MINUTE), at(3, NOW), memoryLadder(memory), off).change).to.deep.equal({
      level: 0,
      why: { type: 'switched-off' },
    });
    expect(decide(lasting(0.99, 5 * MINUTE), at(0), memoryLadder(memory), off)).to.deep.equal({});
  });

  it('of a disk, passes over levels that were reached already, and takes the last one only from the one below', () => {
    const ladder = diskLadder(disk);
    expect(decide(lasting(0.82, 5 * MINUTE), undefined, ladder, disk).change?.level).to.equal(1);
    expect(decide(lasting(0.82, 5 * MINUTE), at(1), ladder, disk).change?.level).to.equal(2);
    expect(decide(lasting(0.82, 5 * MINUTE), at(2), ladder, disk)).to.deep.equal({});
    expect(decide(lasting(0.99, 5 * MINUTE), at(1), ladder, disk).change?.level).to.equal(3);
    expect(decide(lasting(0.94, 5 * MINUTE), at(3), ladder, disk)).to.deep.equal({});
    expect(decide(lasting(0.96, 5 * MINUTE), at(3), ladder, disk).change?.level).to.equal(4);
    expect(diskLadder({ ...disk, maximumLevel: 3 })).to.have.length(3);
  });

  it('of a disk, leaves each level as far below where it begins as the band is wide', () => {
    const lows = diskLadder(disk).map(({ low }) => Number(low.toFixed(2)));
    expect(lows).to.deep.equal([0.75, 0.75, 0.85, 0.9]);
  });

  it('survives a clock that was set back or forward', () => {
    expect(decide(lasting(0.9, 5 * MINUTE), at(1, NOW + 365 * 24 * 60 * MINUTE)).change?.level).to.equal(2);
    const ahead = lasting(0.9, 5 * MINUTE).map((reading) => ({ ...reading, at: reading.at + 60 * MINUTE }));
    expect(decide(ahead)).to.deep.equal({});
  });

  it('says why in words', () => {
    const { change } = decide(lasting(0.91, 2 * MINUTE));
    if (change === undefined) throw new Error('it did not change');
    expect(levelCause(change, { what: 'memory', total: 512 * 1024 ** 2 })).to.equal(
      'memory at 91 % of 512 MiB for 2 min',
    );
  });

  it('never changes while readings stay between the thresholds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.7001, max: 0.8499, noNaN: true }), { maxLength: 300 }),
        fc.integer({ min: 0, max: 3 }),
        (ratios, level) => {
          expect(decide(readings(ratios), at(level))).to.deep.equal({});
        },
      ),
    );
  });

  it('changes at most once within a dwell, by one level, only after its time, whatever is read', () => {
    const ratio = fc.oneof(
      fc.constant(undefined),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(0.5, 0.95),
    );
    const runs = fc.array(fc.tuple(ratio, fc.integer({ min: 1, max: 200 })), { maxLength: 12 });
    const ladder = memoryLadder(memory);
    fc.assert(
      fc.property(runs, (phases) => {
        let now = NOW;
        let level: Level | undefined;
        let held: readonly Reading[] = [];
        for (const [value, length] of phases)
          for (let turn = 0; turn < length; turn++) {
            now += STEP;
            if (value !== undefined) held = addReading(held, { at: now, ratio: value }, readingWindow(memory));
            const { change } = nextLevel({ readings: held, level, ladder, spec: memory, now });
            if (change === undefined) continue;
            expect(Math.abs(change.level - (level?.level ?? 0))).to.equal(1);
            if (level !== undefined) expect(now - level.since).to.be.at.least(memory.dwell);
            expect(now - (held.at(-1)?.at ?? 0), 'without a reading').to.be.at.most(MINUTE);
            const recent = held.filter(({ at: time }) => time >= now - memory.raiseAfter);
            const isUp = change.level > (level?.level ?? 0);
            for (const { ratio: seen } of recent)
              expect(isUp ? seen >= memory.high : seen <= memory.low, `${seen} made it ${change.level}`).to.equal(true);
            level = { level: change.level, since: now, cause: '' };
          }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps few readings, and only of the window', () => {
    let held: readonly Reading[] = [];
    for (let turn = 0; turn < 20_000; turn++)
      held = addReading(held, { at: NOW + turn * STEP, ratio: 0.5 }, 86_400_000);
    expect(held.length).to.be.within(300, 500);
    expect((held.at(-1)?.at ?? 0) - (held[0]?.at ?? 0)).to.be.within(0.95 * 86_400_000, 86_400_000);
    expect(addReading(held, { at: NOW, ratio: 0.1 }, 86_400_000)).to.deep.equal([{ at: NOW, ratio: 0.1 }]);
  });
});
