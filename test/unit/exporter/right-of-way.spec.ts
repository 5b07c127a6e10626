import { expect } from 'chai';
import { RightOfWay } from '../../../src/exporter/right-of-way.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('the right of way of what is served', () => {
  let clock: FakeClock;
  let way: RightOfWay;

  beforeEach(() => {
    clock = new FakeClock({ seed: 1 });
    way = new RightOfWay(clock);
  });

  /** Whether reading goes on by now. */
  async function goesOn(waiting: Promise<void> | undefined): Promise<boolean> {
    const still = Symbol('still');
    return (await Promise.race([waiting, Promise.resolve(still)])) !== still;
  }

  it('has nobody wait when nobody is served', () => {
    expect(way.giveWay()).to.equal(undefined);
    way.begin()();
    expect(way.giveWay()).to.equal(undefined);
  });

  it('has reading wait until all are served, of whom each ends once', async () => {
    const [one, other] = [way.begin(), way.begin()];
    const waiting = way.giveWay();
    one();
    one();
    expect(await goesOn(waiting)).to.equal(false);
    other();
    await waiting;
    expect(way.giveWay()).to.equal(undefined);
  });

  it('has reading wait no longer than 100 ms at a time', async () => {
    way.begin();
    const waiting = way.giveWay();
    await clock.advance(99);
    expect(await goesOn(waiting)).to.equal(false);
    await clock.advance(1);
    await waiting;
    expect(way.giveWay()).not.to.equal(undefined);
  });

  it('waits for nobody who takes longer than a second', async () => {
    way.begin();
    await clock.advance(1000);
    expect(way.giveWay()).to.equal(undefined);
  });
});
