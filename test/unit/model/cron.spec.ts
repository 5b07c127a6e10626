import { expect } from 'chai';
import fc from 'fast-check';
import { createTask, validateDetailed } from 'node-cron';
import { nextTime, parseCron, type Cron } from '../../../src/model/cron.ts';
import '../../support/same-runs.ts';

const at = (text: string): number => Date.parse(`${text}Z`);

function cron(expression: string): Cron {
  const parsed = parseCron(expression);
  if (typeof parsed === 'string') throw new Error(`${expression} ${parsed}`);
  return parsed;
}

const next = (expression: string, after: string): string =>
  new Date(nextTime(cron(expression), at(after)) ?? NaN).toISOString().slice(0, 16);

describe('cron expressions', () => {
  for (const [expression, after, expected] of [
    ['15 3 * * *', '2026-11-22T03:14:59', '2026-11-22T03:15'],
    ['15 3 * * *', '2026-11-22T03:15:00', '2026-11-23T03:15'],
    ['0 */6 * * *', '2026-12-31T23:00:00', '2027-01-01T00:00'],
    ['0 0 29 2 *', '2026-01-01T00:00:00', '2028-02-29T00:00'],
    ['30 4 1 jan,jul *', '2026-02-01T00:00:00', '2026-07-01T04:30'],
    ['0 12 * * mon-fri', '2026-11-21T00:00:00', '2026-11-23T12:00'],
    ['0 12 * * 7', '2026-11-21T00:00:00', '2026-11-22T12:00'],
    ['10-50/20 1 * * *', '2026-11-22T01:10:00', '2026-11-22T01:30'],
  ] as const)
    it(`${expression} comes after ${after} at ${expected}`, () => {
      expect(next(expression, after)).to.equal(expected);
    });

  for (const [expression, problem] of [
    ['* * * *', 'needs five fields'],
    ['0 0 1 * 1', 'which programs read differently'],
    ['0 0 31 2 *', 'names a day that never comes'],
    ['60 * * * *', 'has "60" as minute: write *, a number from 0 to 59'],
    ['5/10 * * * *', 'has "5/10" as minute'],
    ['0 0 * * 5-1', 'has "5-1" as day of week'],
    ['0 0 * foo *', 'has "foo" as month'],
    ['*/0 0 * * *', 'has "*/0" as minute'],
  ] as const)
    it(`${expression} is refused in words`, () => {
      expect(parseCron(expression)).to.be.a('string').and.contain(problem);
    });

  it('are read as node-cron reads them, which wakes the loop', () => {
    const field = (low: number, high: number): fc.Arbitrary<string> =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: low, max: high }).map(String),
        fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
        fc
          .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    const expressions = fc
      .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6), fc.boolean())
      .map(([minute, hour, day, month, weekday, byDay]) =>
        [minute, hour, byDay ? day : '*', month, byDay ? '*' : weekday].join(' '),
      );
    fc.assert(
      fc.property(expressions, (expression) => {
        expect(validateDetailed(expression).valid, expression).to.equal(true);
        const ours = [nextTime(cron(expression), Date.now())];
        const theirs = createTask(expression, () => undefined, { timezone: 'UTC' })
          .getNextRuns(1)[0]
          ?.getTime();
        // The minute may have turned meanwhile.
        ours.push(nextTime(cron(expression), Date.now()));
        expect(ours, expression).to.include(theirs);
      }),
      { numRuns: 60 },
    );
  });
});
