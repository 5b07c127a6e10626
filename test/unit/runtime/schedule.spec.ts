import { expect } from 'chai';
import { systemClock, type Clock } from '../../../src/runtime/clock.ts';
import type { ControllerDependencies } from '../../../src/runtime/dependencies.ts';
import { createLateSchedule, DEFAULT_CHECK_SCHEDULE } from '../../../src/runtime/late-schedule.ts';
import { createSchedule, scheduleProblem } from '../../../src/runtime/schedule.ts';
import { Triggers, type Reason } from '../../../src/runtime/triggers.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  inertBackupSchedules,
  inertReadinessChecks,
  inertServedChecks,
  inertServiceChecks,
} from '../../support/inert-checks.ts';

const MINUTE = 60_000;

describe('schedule', () => {
  /** Every five minutes by this clock. */
  const everyFive = (clock: Clock) => () => () => 5 * MINUTE - (clock.now() % (5 * MINUTE));

  it('calls back when it is time, and not after it was closed', async () => {
    const clock = new FakeClock();
    let calls = 0;
    const schedule = createSchedule(clock, everyFive(clock))('*/5 * * * *', () => calls++);
    await clock.advance(5 * MINUTE - 1);
    expect(calls).to.equal(0);
    await clock.advance(1);
    expect(calls).to.equal(1);
    await clock.advance(60 * MINUTE);
    expect(calls).to.equal(13);
    schedule.close();
    expect(clock.pending).to.equal(0);
    await clock.advance(60 * MINUTE);
    expect(calls).to.equal(13);
  });

  it('may be closed by what it calls', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, everyFive(clock))('*/5 * * * *', () => schedule.close());
    await clock.advance(5 * MINUTE);
    expect(clock.pending).to.equal(0);
  });

  it('calls back once when the clock leaps forward by decades, and soon again when it leaps back', () => {
    // Its timers are what a machine's are: they do not know of the leap.
    let now = 0;
    let fire = (): void => undefined;
    let wait = 0;
    const clock: Clock = {
      now: () => now,
      after: (milliseconds, callback) => ((wait = milliseconds), (fire = callback), () => undefined),
      random: () => 0,
    };
    const pass = (): void => {
      expect(wait).to.be.at.most(MINUTE);
      now += wait;
      fire();
    };
    let calls = 0;
    createSchedule(clock, everyFive(clock))('*/5 * * * *', () => calls++);
    now += 56 * 365 * 24 * 60 * MINUTE;
    pass();
    expect(calls).to.equal(1);
    now -= 20 * 365 * 24 * 60 * MINUTE;
    for (let minute = 0; minute < 6; minute++) pass();
    expect(calls).to.equal(2);
  });

  it('really calls back, as node-cron reads the expression', async () => {
    let calls = 0;
    const schedule = createLateSchedule(systemClock)('* * * * * *', () => calls++);
    await eventually(() => expect(calls).to.be.greaterThan(0), { within: 4000 });
    schedule.close();
  });

  it('says what is wrong with an expression', () => {
    expect(scheduleProblem(DEFAULT_CHECK_SCHEDULE)).to.equal(undefined);
    expect(scheduleProblem('*/30 * * * * *')).to.equal(undefined);
    expect(scheduleProblem('@daily')).to.equal(undefined);
    expect(scheduleProblem('every day')).to.contain('5 or 6 fields');
    expect(scheduleProblem('61 * * * *')).to.contain('minute: 61');
    expect(scheduleProblem('0 0 30 2 *')).to.contain('impossible');
    for (const odd of ['', ' ', '\n', '* * *', '*/0 * * * *']) expect(scheduleProblem(odd), odd).to.be.a('string');
    expect(() => createSchedule(new FakeClock())('nonsense', () => undefined)).to.throw(
      'schedule "nonsense": expected',
    );
  });
});

describe('Triggers', () => {
  it('open a schedule that has everything dialled and the loop look again, and close it', async () => {
    const clock = new FakeClock();
    const told: string[] = [];
    let onTime = (): void => undefined;
    let opened = 0;
    const deps: Pick<
      ControllerDependencies,
      | 'clock'
      | 'events'
      | 'watchDesired'
      | 'watchGates'
      | 'schedule'
      | 'servedChecks'
      | 'readinessChecks'
      | 'backupSchedules'
      | 'serviceChecks'
    > = {
      clock,
      events: (signal) => ({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise((resolve) => (signal.onabort = () => resolve({ done: true, value: undefined }))),
        }),
      }),
      watchDesired: () => ({ close: () => undefined }),
      watchGates: () => ({ close: () => undefined }),
      schedule: (callback) => ((onTime = callback), opened++, { close: () => told.push('schedule closed') }),
      readinessChecks: inertReadinessChecks,
      backupSchedules: inertBackupSchedules,
      serviceChecks: { ...inertServiceChecks, close: () => told.push('service checks closed') },
      servedChecks: {
        ...inertServedChecks,
        checkAll: () => told.push('checked'),
        close: () => told.push('checks closed'),
      },
    };
    const mark = (reason: Reason): void => void told.push(reason);
    const triggers = new Triggers(deps, { mark, event: () => false });
    triggers.open();
    triggers.openSchedule();
    triggers.openSchedule();
    onTime();
    expect(told).to.deep.equal(['checked', 'schedule']);
    await triggers.close();
    expect(told.slice(2)).to.deep.equal(['schedule closed', 'checks closed', 'service checks closed']);
    triggers.openSchedule();
    expect(opened).to.equal(1);
  });
});
