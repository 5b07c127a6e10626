import { expect } from 'chai';
import fc from 'fast-check';
import type { RememberedOldest } from '../../../src/model/memory.ts';
import type { PrometheusAnswer } from '../../../src/model/observed-services.ts';
import { isDataLost, newOldest, oldestSampleVerdict } from '../../../src/plan/service/oldest-sample.ts';
import { backupInput } from '../../support/backup-planning.ts';
import '../../support/same-runs.ts';
import { NOW } from '../../support/planning.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RETENTION = 30 * DAY;
const KEY = 'Prometheus/prometheus';

const before: RememberedOldest = { lowest: NOW - 20 * DAY, seenAt: NOW - HOUR, startedAt: NOW - 5 * DAY };
const after = (lowest: number) => ({ lowest, startedAt: NOW - 60_000 });

describe('the oldest sample of a Prometheus', () => {
  for (const [what, remembered, seen, isLost] of [
    ['the same after a restart', before, after(before.lowest), false],
    ['older, because something was restored', before, after(NOW - 25 * DAY), false],
    ['of today, though samples of weeks were there', before, after(NOW - HOUR), true],
    ['a day younger than it was', before, after(before.lowest + DAY), true],
    ['younger, in the same run: it is taken as it is', before, { lowest: NOW, startedAt: before.startedAt }, false],
    [
      'younger by a block that was too old to be kept',
      { ...before, lowest: NOW - 30 * DAY - HOUR },
      after(NOW - 28 * DAY),
      false,
    ],
    [
      'of today, though some of what was there had to be kept',
      { ...before, lowest: NOW - 30 * DAY - HOUR },
      after(NOW - HOUR),
      true,
    ],
    [
      'of today, because it stood still until all was too old',
      { lowest: NOW - 80 * DAY, seenAt: NOW - 40 * DAY, startedAt: NOW - 90 * DAY },
      after(NOW - HOUR),
      false,
    ],
  ] as const)
    it(`is ${what}: ${isLost ? 'samples are lost' : 'nothing is lost'}`, () => {
      expect(isDataLost(remembered, seen, RETENTION, NOW)).to.equal(isLost);
    });

  it('never counts as lost what retention takes away block by block', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 200 }),
        (days, share, downHours) => {
          const retention = days * DAY;
          const block = Math.max(2 * HOUR, retention / 10) * share;
          // All blocks that end before the limit are gone; the next one begins where the last of them ended.
          const lowest = NOW - retention - block;
          const remembered = { lowest, seenAt: NOW - downHours * HOUR, startedAt: NOW - 300 * DAY };
          return !isDataLost(remembered, after(NOW - retention), retention, NOW);
        },
      ),
    );
  });

  const answer = (lowestTimestamp: number): PrometheusAnswer => ({
    version: '3.14.0',
    isConfigLoaded: true,
    targets: [],
    targetCount: 0,
    startedAt: NOW - 60_000,
    lowestTimestamp,
  });
  const seen = (lowest: number, memory: object) => {
    const input = backupInput([], { memory: { oldest: { [KEY]: before }, ...memory } });
    const found = {
      type: 'prometheus',
      at: NOW,
      answer: answer(lowest),
      memoryReadings: [],
      diskReadings: [],
    } as const;
    return { ...input, observed: { ...input.observed, services: { [KEY]: found } } };
  };

  it('that is lost is told with numbers and with what to do, and stays told', () => {
    const input = seen(NOW - HOUR, {});
    const [said] = oldestSampleVerdict(KEY, answer(NOW - HOUR), input).troubles;
    expect(said).to.include({ reason: 'DataLost' });
    expect(said?.message)
      .to.contain('its oldest sample was of 2026-11-02 12:00 UTC and is of 2026-11-22 11:00 UTC')
      .and.contain('bastion restore nightly')
      .and.contain('bastion retry Prometheus/prometheus');
    expect(newOldest(input)).to.deep.equal({});
  });

  it('is remembered anew when it is well, and while the disk loop takes samples away itself', () => {
    expect(newOldest(seen(before.lowest, {}))[KEY]).to.include({ startedAt: NOW - 60_000, seenAt: NOW });
    const level = { level: 2, since: NOW, cause: '91 % used' };
    const pressed = seen(NOW - HOUR, { levels: { [KEY]: { disk: level } } });
    expect(oldestSampleVerdict(KEY, answer(NOW - HOUR), pressed).troubles).to.deep.equal([]);
    expect(newOldest(pressed)[KEY]).to.include({ lowest: NOW - HOUR });
  });

  it('is not written down with every look', () => {
    const same = { oldest: { [KEY]: { lowest: before.lowest, seenAt: NOW - 60_000, startedAt: NOW - 60_000 } } };
    expect(newOldest(seen(before.lowest, same))).to.deep.equal({});
  });
});
