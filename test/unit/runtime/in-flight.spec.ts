import { expect } from 'chai';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { Step } from '../../../src/model/step.ts';
import { InFlight } from '../../../src/runtime/in-flight.ts';
import type { SettledFlight } from '../../../src/runtime/in-flight.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startStep } from './steps-for-tests.ts';

const DONE: Outcome = { type: 'done' };

describe('InFlight', () => {
  let clock: FakeClock;
  let settled: SettledFlight[];
  let runs: {
    steps: readonly Step[];
    end: (outcomes: ReadonlyMap<string, Outcome>) => void;
    fail: (error: Error) => void;
  }[];
  let flight: InFlight;
  let freed: number;
  let faults: string[];

  beforeEach(() => {
    clock = new FakeClock();
    settled = [];
    runs = [];
    freed = 0;
    faults = [];
    flight = new InFlight({
      clock,
      run: (steps) => new Promise((end, fail) => runs.push({ steps, end, fail })),
      onSettled: (over) => settled.push(over),
      onFree: () => freed++,
      onFault: (message) => faults.push(message),
    });
  });

  it('frees a resource when its own steps are over, though others of its component still run', () => {
    const steps = [
      startStep('#1', 'Container/net'),
      startStep('#2', 'Container/slow', { after: ['#1'] }),
      startStep('#3', 'Container/fast', { after: ['#1'] }),
    ];
    flight.launch(steps);
    expect([...flight.busy()].sort()).to.deep.equal(['Container/fast', 'Container/net', 'Container/slow']);
    flight.finished(steps[0]!, DONE);
    flight.finished(steps[2]!, DONE);
    expect([...flight.busy()]).to.deep.equal(['Container/slow']);
    expect(settled.map(({ key }) => key)).to.deep.equal(['Container/net', 'Container/fast']);
  });

  it('counts what comes after a failure as skipped at once', () => {
    const steps = [
      startStep('#1', 'Container/a'),
      startStep('#2', 'Container/a', { after: ['#1'] }),
      startStep('#3', 'Container/b', { after: ['#2'] }),
    ];
    flight.launch(steps);
    flight.finished(steps[0]!, { type: 'retry', error: { code: 'X', message: 'x' } });
    expect(flight.busy().size).to.equal(0);
    expect(settled.map(({ key, outcomes }) => [key, [...outcomes.values()].map(({ type }) => type)])).to.deep.equal([
      ['Container/a', ['retry', 'skipped']],
      ['Container/b', ['skipped']],
    ]);
  });

  it('keeps a resource that asked for it at rest, then frees it', async () => {
    const step = startStep('#1', 'Container/a');
    flight.launch([step]);
    flight.finished(step, { type: 'requeueAfter', milliseconds: 500, reason: 'moved' });
    expect([...flight.busy()]).to.deep.equal(['Container/a']);
    await clock.advance(499);
    expect(freed).to.equal(0);
    await clock.advance(1);
    expect([freed, flight.busy().size]).to.deep.equal([1, 0]);
  });

  const intent = { specHash: 'v1:a', attempt: 'v1:b', touches: ['Container/member'], consents: [] } as const;

  it('keeps busy what the steps touch, and settles under what they were planned for', () => {
    const step = startStep('#1', 'Network/front');
    flight.launch([step], () => intent);
    expect([...flight.busy()].sort()).to.deep.equal(['Container/member', 'Network/front']);
    flight.finished(step, DONE);
    expect(flight.busy().size).to.equal(0);
    expect(settled[0]?.intent).to.equal(intent);
  });

  it('frees what a step touches when that step is over, though long ones follow', () => {
    const brief = startStep('#1', 'Backup/nightly');
    const long = startStep('#2', 'Backup/nightly', { after: ['#1'] });
    const touchedBy = new Map<Step, readonly ['Container/member']>([[brief, ['Container/member']]]);
    flight.launch([brief, long], () => ({ ...intent, touchedBy }));
    expect([...flight.busy()].sort()).to.deep.equal(['Backup/nightly', 'Container/member']);
    flight.finished(brief, DONE);
    expect([...flight.busy()]).to.deep.equal(['Backup/nightly']);
  });

  it('knows steps that began to take down what was served, but not a removal of what is not wanted', () => {
    const stop = (id: string, key: 'Container/a' | 'Container/b'): Step => ({
      ...startStep(id, key),
      op: 'StopContainer',
      args: { container: key },
    });
    const steps = [stop('#1', 'Container/a'), stop('#2', 'Container/b')];
    flight.launch(steps, (key) => (key === 'Container/a' ? intent : { ...intent, attempt: '' }));
    expect(flight.isCommitted('Container/a')).to.equal(false);
    steps.forEach((step) => flight.started(step));
    expect(flight.isCommitted('Container/a')).to.equal(true);
    expect(flight.isCommitted('Container/b')).to.equal(false);
  });

  it('settles everything when the executor throws, and tells', async () => {
    flight.launch([startStep('#1', 'Container/a')]);
    runs[0]!.fail(new Error('broken'));
    expect(await flight.idle(1000)).to.equal(true);
    expect(settled.map(({ outcomes }) => [...outcomes.values()][0]?.type)).to.deep.equal(['skipped']);
    expect(faults[0]).to.contain('broken');
    expect(clock.pending).to.equal(0);
  });

  it('waits for what runs, but not for ever', async () => {
    flight.launch([startStep('#1', 'Container/a')]);
    const idle = flight.idle(1000);
    await clock.advance(1000);
    expect(await idle).to.equal(false);
    runs[0]!.end(new Map([['#1', DONE]]));
    expect(await flight.idle(1000)).to.equal(true);
  });
});
