import { expect } from 'chai';
import type { StatusSnapshot } from '../../../../src/model/status.ts';
import type { PassResult, TraceEvent } from '../../../../src/model/trace.ts';
import type { Notification } from '../../../../src/status/systemd/notification.ts';
import { ServiceManager } from '../../../../src/status/systemd/service-manager.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { NOW, snapshot } from '../../../support/trace-events.ts';

const CONVERGED = 'converged (1 resource)';
const HALTED = 'halted at gate look since 10:02';

function setUp(options: { watchdog?: number } = {}): {
  clock: FakeClock;
  told: Notification[];
  manager: ServiceManager;
  pass: (result: PassResult, headline?: string) => void;
  world: { live: boolean; taken: boolean; snapshots: number };
} {
  const clock = new FakeClock({ now: NOW });
  const told: Notification[] = [];
  const world = { live: true, taken: true, snapshots: 0 };
  let now: StatusSnapshot = snapshot();
  const manager = new ServiceManager({
    clock,
    send: (notification) => {
      if (world.taken) told.push(notification);
      return world.taken;
    },
    snapshot: () => {
      world.snapshots += 1;
      return now;
    },
    live: () => world.live,
    watchdog: options.watchdog,
    monotonic: () => 42n,
  });
  const pass = (result: PassResult, headline = ''): void => {
    now = snapshot({ result, headline });
    manager.consume({ type: 'pass-finished', at: clock.now(), result, milliseconds: 1 });
  };
  return { clock, told, manager, pass, world };
}

const loaded = (at: number): TraceEvent => ({
  type: 'desired-loaded',
  at,
  revision: undefined,
  resources: 1,
  complete: true,
  findings: [],
  milliseconds: 1,
});

describe('what systemd is told', () => {
  it('is ready with the first pass that made a plan, its status in the same datagram', () => {
    const { told, pass } = setUp();
    pass('waiting', HALTED);
    expect(told).to.deep.equal([{ ready: true, status: HALTED }]);
  });

  for (const result of ['converged', 'progressing', 'waiting', 'failing'] as const)
    it(`is ready when the first pass is ${result}`, () => {
      const { told, pass } = setUp();
      pass(result, `${result}: something`);
      expect(told[0]?.ready).to.equal(true);
    });

  it('is not ready while there is no engine or no desired state, and says why', async () => {
    const { clock, told, pass } = setUp();
    pass('stopped', 'stopped: the engine does not answer');
    expect(told).to.deep.equal([{ status: 'stopped: the engine does not answer' }]);
    await clock.advance(59_000);
    expect(told).to.have.length(1);
    pass('converged');
    expect(told[1]).to.deep.equal({ ready: true, status: CONVERGED });
  });

  it('is ready after a minute without an engine all the same: systemd must not end the operator, which tells people', async () => {
    const { clock, told, pass } = setUp();
    pass('stopped', 'stopped: the engine does not answer');
    await clock.advance(60_000);
    expect(told).to.deep.equal([{ status: 'stopped: the engine does not answer' }, { ready: true }]);
    pass('stopped', 'stopped: the engine does not answer');
    await clock.advance(600_000);
    expect(told).to.have.length(2);
    pass('converged');
    expect(told[2]).to.deep.equal({ status: CONVERGED });
  });

  it('is not ready by time alone: the first pass has to end', async () => {
    const { clock, told, pass } = setUp();
    await clock.advance(80_000);
    expect(told).to.deep.equal([]);
    pass('stopped', 'stopped: the engine does not answer');
    expect(told).to.deep.equal([{ ready: true, status: 'stopped: the engine does not answer' }]);
  });

  it('is ready once, also when the engine goes and comes back', async () => {
    const { clock, told, pass } = setUp();
    for (const result of ['converged', 'stopped', 'converged'] as const) {
      pass(result, result);
      await clock.advance(5000);
    }
    expect(told.filter(({ ready }) => ready)).to.have.length(1);
  });

  it('says it again with the next pass when systemd did not take that it is ready', () => {
    const { told, pass, world } = setUp();
    world.taken = false;
    pass('converged');
    world.taken = true;
    pass('converged');
    expect(told).to.deep.equal([{ ready: true, status: CONVERGED }]);
  });

  it('is a status only when it changed', async () => {
    const { clock, told, pass } = setUp();
    for (let times = 0; times < 5; times++) {
      pass('waiting', HALTED);
      await clock.advance(2000);
    }
    expect(told).to.have.length(1);
    pass('failing', 'failing: Container/web (RolledBack)');
    expect(told.at(-1)).to.deep.equal({ status: 'degraded: Container/web (RolledBack)' });
  });

  it('is at most one status a second, and the last one always', async () => {
    const { clock, told, pass } = setUp();
    pass('converged');
    for (let step = 0; step < 30; step++) {
      pass('progressing', `progressing: Container/${step}`);
      await clock.advance(50);
    }
    await clock.advance(1000);
    expect(told).to.have.length(3);
    expect(told.at(-1)?.status).to.equal('progressing: Container/29');
    expect(clock.pending).to.equal(0);
  });

  it('goes on when the clock was set back', () => {
    const { clock, told, pass } = setUp();
    pass('converged');
    clock.jump(-3_600_000);
    pass('waiting', HALTED);
    expect(told.at(-1)).to.deep.equal({ status: HALTED });
  });

  it('costs an idle loop no snapshot, and a changed desired state one', async () => {
    const { clock, pass, world, manager } = setUp();
    pass('converged');
    await clock.advance(60_000);
    pass('converged');
    const before = world.snapshots;
    for (let minute = 0; minute < 10; minute++) {
      pass('converged');
      await clock.advance(60_000);
    }
    expect(world.snapshots).to.equal(before);
    manager.consume(loaded(clock.now()));
    pass('converged');
    expect(world.snapshots).to.equal(before + 1);
  });

  it('is reloading until the next pass when a human asked for it', () => {
    const { told, pass, manager } = setUp();
    pass('converged');
    manager.reloading();
    expect(told.at(-1)).to.deep.equal({ reloading: true, monotonic: 42n });
    pass('converged');
    expect(told.at(-1)?.ready).to.equal(true);
  });

  it('is not reloading for ever while the engine is away, and says what is missing', () => {
    const { told, pass, manager } = setUp();
    pass('converged');
    manager.reloading();
    pass('stopped', 'stopped: no engine');
    expect(told.at(-1)).to.deep.equal({ ready: true, status: 'stopped: no engine' });
    const count = told.filter(({ ready }) => ready === true).length;
    pass('stopped', 'stopped: no engine');
    expect(told.filter(({ ready }) => ready === true)).to.have.lengthOf(count);
  });

  it('is that it stops, and nothing after', async () => {
    const { clock, told, pass, manager } = setUp({ watchdog: 10_000 });
    pass('converged');
    manager.stopping();
    expect(told.at(-1)?.stopping).to.equal(true);
    const count = told.length;
    manager.stopping();
    manager.reloading();
    pass('failing', 'failing: x');
    await clock.advance(60_000);
    expect(told).to.have.length(count);
    expect(clock.pending).to.equal(0);
  });
});

describe('the watchdog', () => {
  const beats = (told: readonly Notification[]): number => told.filter(({ watchdog }) => watchdog).length;

  it('hears of the loop at half its time', async () => {
    const { clock, told } = setUp({ watchdog: 60_000 });
    await clock.advance(119_000);
    expect(beats(told)).to.equal(4);
  });

  it('hears nothing of a loop that hangs, and at once when it goes on', async () => {
    const { clock, told, world } = setUp({ watchdog: 60_000 });
    world.live = false;
    await clock.advance(90_000);
    expect(beats(told)).to.equal(1);
    world.live = true;
    await clock.advance(1000);
    expect(beats(told)).to.equal(2);
  });

  it('is told again within a second when systemd was too busy to take it', async () => {
    const { clock, told, world } = setUp({ watchdog: 60_000 });
    world.taken = false;
    await clock.advance(30_000);
    expect(beats(told)).to.equal(1);
    world.taken = true;
    await clock.advance(1000);
    expect(beats(told)).to.equal(2);
  });

  it('is not there without WatchdogSec=', async () => {
    const { clock, told } = setUp();
    await clock.advance(600_000);
    expect(told).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });
});
