import { expect } from 'chai';
import { Liveness } from '../../../src/status/liveness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NOW, plan, planned } from '../../support/trace-events.ts';

describe('liveness and readiness', () => {
  function setUp(): { clock: FakeClock; liveness: Liveness; beat: () => void } {
    const clock = new FakeClock({ now: NOW });
    let heartbeat = NOW;
    const liveness = new Liveness(clock, { heartbeat: () => heartbeat, eventLoopLag: () => 3 });
    return { clock, liveness, beat: () => void (heartbeat = clock.now()) };
  }

  it('is dead when a pass takes five minutes, and says so', async () => {
    const { clock, liveness, beat } = setUp();
    await clock.advance(299_000);
    expect(liveness.live()).to.deep.equal({ ok: true, reason: 'last heartbeat 299 s ago, event-loop lag 3 ms' });
    await clock.advance(2_000);
    expect(liveness.live().ok).to.equal(false);
    expect(liveness.live().reason).to.contain('the loop hangs');
    beat();
    expect(liveness.live().ok).to.equal(true);
  });

  it('is ready once desired state and engine have been compared, and not while either is lost', () => {
    const { liveness } = setUp();
    expect(liveness.ready().ok).to.equal(false);
    liveness.consume({ type: 'observed', at: NOW, full: true, calls: 1, milliseconds: 1 });
    expect(liveness.ready()).to.deep.equal({ ok: false, reason: 'the first comparison is not done yet' });
    liveness.consume(planned(plan([])));
    expect(liveness.ready().ok).to.equal(true);
    liveness.consume({ type: 'engine-lost', at: NOW, message: 'no socket' });
    expect(liveness.ready()).to.deep.equal({ ok: false, reason: 'no socket' });
    liveness.consume({ type: 'engine-connected', at: NOW });
    liveness.consume({ type: 'desired-failed', at: NOW, message: 'the directory is empty' });
    expect(liveness.ready()).to.deep.equal({ ok: false, reason: 'the directory is empty' });
  });
});
