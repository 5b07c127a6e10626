import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readGates } from '../../../src/gates/read.ts';
import { watchGates } from '../../../src/runtime/gates-watch.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('watchGates', () => {
  const root = temporaryDirectory('gates-watch');
  let clock: FakeClock;
  let changes: number;
  let watching: { close(): void };
  const gates = (): string => join(root(), 'gates');

  beforeEach(() => {
    clock = new FakeClock();
    changes = 0;
  });
  afterEach(() => {
    watching.close();
    expect(clock.pending).to.equal(0);
  });

  const begin = async (): Promise<void> => {
    const hold = join(gates(), 'hold');
    watching = watchGates({
      directories: [gates(), hold],
      clock,
      read: () =>
        readGates({ directory: gates(), holdDirectory: hold, desiredDirectory: root() + '/d', strict: false }),
      onChange: () => changes++,
    });
    await eventually(() => expect(clock.pending).to.equal(1));
  };
  /** Polls until the count of changes is as expected. */
  const polled = (expected: number): Promise<void> =>
    eventually(async () => {
      await clock.advance(1_000);
      expect(changes).to.be.at.least(expected);
    });

  it('sees a touch without waiting for the poll', async () => {
    await mkdir(gates());
    await begin();
    await writeFile(join(gates(), 'a.ok'), '');
    await eventually(() => expect(changes).to.be.at.least(1));
  });

  it('finds by its poll a directory that was made later, and watches it from then on', async () => {
    await begin();
    await mkdir(gates());
    await polled(1);
    const before = changes;
    await writeFile(join(gates(), 'a.ok'), '');
    await eventually(() => expect(changes).to.be.greaterThan(before));
  });

  it('notices a newer touch of the same file, and its removal', async () => {
    await mkdir(gates());
    await writeFile(join(gates(), 'a.ok'), '');
    await begin();
    await utimes(join(gates(), 'a.ok'), 2_000_000_000, 2_000_000_000);
    await polled(1);
    const before = changes;
    await rm(join(gates(), 'a.ok'));
    await polled(before + 1);
  });

  it('is quiet while nothing changes', async () => {
    await mkdir(gates());
    await begin();
    await clock.advance(10_000);
    expect(changes).to.equal(0);
  });
});
