import { expect } from 'chai';
import { systemClock } from '../../../src/runtime/clock.ts';

describe('the system clock', () => {
  it('does not call back at once for a time that setTimeout cannot hold', async () => {
    let called = false;
    const warnings: string[] = [];
    const listen = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', listen);
    const cancel = systemClock.after(60 * 86_400_000, () => (called = true));
    const soon = new Promise<void>((resolve) => systemClock.after(30, resolve));
    await soon;
    cancel();
    process.off('warning', listen);
    expect(called).to.equal(false);
    expect(warnings).to.deep.equal([]);
  });

  it('calls back once, and not when it is cancelled', async () => {
    const calls: string[] = [];
    systemClock.after(1, () => calls.push('cancelled'))();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    expect(calls).to.deep.equal([]);
  });
});
