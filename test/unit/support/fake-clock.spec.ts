import { expect } from 'chai';
import { FakeClock } from '../../support/fake-clock.ts';

describe('the fake clock', () => {
  it('fires timers in order of time, then of making, at their time', async () => {
    const clock = new FakeClock({ now: 0 });
    const fired: string[] = [];
    clock.after(20, () => fired.push(`late ${clock.now()}`));
    clock.after(10, () => fired.push(`early ${clock.now()}`));
    clock.after(10, () => fired.push(`next ${clock.now()}`));
    await clock.advance(15);
    expect(fired).to.deep.equal(['early 10', 'next 10']);
    expect(clock.now()).to.equal(15);
    expect(clock.nextAt).to.equal(20);
    await clock.advance(5);
    expect(fired).to.have.length(3);
  });

  it('fires timers that timers and promises make on the way', async () => {
    const clock = new FakeClock({ now: 0 });
    const fired: number[] = [];
    const tick = async (): Promise<void> => {
      await Promise.resolve();
      fired.push(clock.now());
      clock.after(10, () => void tick());
    };
    void tick();
    await clock.advance(30);
    expect(fired).to.deep.equal([0, 10, 20, 30]);
  });

  it('forgets what is cancelled', async () => {
    const clock = new FakeClock();
    clock.after(10, () => expect.fail('was cancelled'))();
    await clock.advance(100);
    expect(clock.pending).to.equal(0);
  });

  it('gives the same random numbers for the same seed', () => {
    const draw = (seed: number): number[] => {
      const clock = new FakeClock({ seed });
      return [clock.random(), clock.random(), clock.random()];
    };
    expect(draw(7)).to.deep.equal(draw(7));
    expect(draw(7)).not.to.deep.equal(draw(8));
    for (const number of draw(7)) expect(number).to.be.within(0, 1);
  });

  it('jumps without firing', async () => {
    const clock = new FakeClock({ now: 0 });
    let fired = 0;
    clock.after(10, () => fired++);
    clock.jump(1_000);
    expect([clock.now(), fired]).to.deep.equal([1_000, 0]);
    await clock.advance(0);
    expect([clock.now(), fired]).to.deep.equal([1_000, 1]);
  });
});
