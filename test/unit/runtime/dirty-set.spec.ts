import { expect } from 'chai';
import { DirtySet } from '../../../src/runtime/dirty-set.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('DirtySet', () => {
  it('fires 20 ms after the first reason and takes the later ones along', async () => {
    const clock = new FakeClock();
    const dirty = new DirtySet(clock);
    const next = dirty.next();
    dirty.mark('event');
    await clock.advance(19);
    dirty.mark('gates');
    dirty.mark('event');
    await clock.advance(1);
    expect([...((await next) ?? [])]).to.deep.equal(['event', 'gates']);
    expect(clock.pending).to.equal(0);
  });

  it('lets a reason wait longer, until a more urgent one hastens it', async () => {
    const clock = new FakeClock();
    const dirty = new DirtySet(clock);
    let fired = 0;
    void dirty.next().then(() => fired++);
    dirty.mark('event', 200);
    await clock.advance(100);
    expect(fired).to.equal(0);
    dirty.mark('settled');
    dirty.mark('event', 200);
    await clock.advance(20);
    expect(fired).to.equal(1);
    expect(clock.pending).to.equal(0);
  });

  it('is not put off by a storm', async () => {
    const clock = new FakeClock();
    const dirty = new DirtySet(clock);
    let fired = 0;
    const take = (): void => void dirty.next().then(() => fired++);
    take();
    for (let count = 0; count < 20; count++) {
      dirty.mark('event');
      await clock.advance(1);
    }
    expect(fired).to.equal(1);
  });

  it('keeps what comes while the taker works for its next turn', async () => {
    const clock = new FakeClock();
    const dirty = new DirtySet(clock);
    dirty.mark('started');
    await clock.advance(20);
    await dirty.next();
    dirty.mark('settled');
    await clock.advance(20);
    expect([...((await dirty.next()) ?? [])]).to.deep.equal(['settled']);
  });

  it('ends with undefined, leaves no timer and takes nothing more', async () => {
    const clock = new FakeClock();
    const dirty = new DirtySet(clock);
    const next = dirty.next();
    dirty.mark('event');
    dirty.close();
    dirty.mark('event');
    expect(await next).to.equal(undefined);
    expect(await dirty.next()).to.equal(undefined);
    expect(clock.pending).to.equal(0);
  });
});
