import { expect } from 'chai';
import type { EngineReader } from '../../../src/engine/port.ts';
import type { EngineEvent } from '../../../src/engine/wire.ts';
import { EngineStream, reconnectDelay } from '../../../src/runtime/engine-stream.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const event = (action: string): EngineEvent => ({
  Type: 'container',
  Action: action,
  Actor: { ID: 'a', Attributes: {} },
});

describe('EngineStream', () => {
  let clock: FakeClock;
  let log: string[];
  let stream: EngineStream;
  const begin = (events: EngineReader['events']): void => {
    clock = new FakeClock();
    log = [];
    stream = new EngineStream(events, clock, {
      connected: () => log.push('connected'),
      event: ({ Action }) => log.push(Action),
      ended: (reason) => log.push(`ended: ${String(reason)}`),
    });
    stream.open();
  };
  const untilAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

  it('tells of what matters and leaves out what health checks make', async () => {
    begin(async function* (signal, connected) {
      connected();
      for (const action of [
        'start',
        'exec_create: wget',
        'exec_start: wget',
        'exec_die',
        'health_status: healthy',
        'attach',
        'die',
      ])
        yield event(action);
      await untilAborted(signal);
    });
    await clock.settle();
    expect(log).to.deep.equal(['connected', 'start', 'health_status: healthy', 'die']);
    await stream.close();
    expect(clock.pending).to.equal(0);
  });

  it('opens again and again, more and more slowly, while it fails', async () => {
    let attempts = 0;
    begin(() => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error(`no ${++attempts}`)) }),
    }));
    await clock.advance(60_000);
    expect(attempts).to.be.within(12, 30);
    await stream.close();
    const before = attempts;
    await clock.advance(60_000);
    expect(attempts).to.equal(before);
  });

  it('begins with the shortest wait again once it was connected', async () => {
    let attempts = 0;
    begin(async function* (_signal, connected) {
      await Promise.resolve();
      attempts += 1;
      if (attempts > 5) connected();
      if (attempts < 7) throw new Error('cut');
      yield event('start');
      await untilAborted(_signal);
    });
    await clock.advance(5_000);
    const before = log.length;
    await clock.advance(100);
    expect([log.length, attempts]).to.deep.equal([before, 7]);
    expect(log.slice(-2)).to.deep.equal(['connected', 'start']);
    await stream.close();
  });

  it('can be dropped and opened anew when it is not believed', async () => {
    let attempts = 0;
    begin(async function* (signal, connected) {
      attempts += 1;
      connected();
      yield event('start');
      await untilAborted(signal);
    });
    await clock.settle();
    stream.restart();
    await clock.advance(100);
    expect(attempts).to.equal(2);
    await stream.close();
  });

  it('waits between 0.05 and 5 s', () => {
    expect(reconnectDelay(1, 0)).to.equal(50);
    expect(reconnectDelay(1, 0.999)).to.be.at.most(100);
    expect(reconnectDelay(50, 0.999)).to.be.at.most(5_000);
  });
});
