import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deleteSnapshots } from '../../../src/apply/steps/delete-snapshots.ts';
import { dropOldestBlocks } from '../../../src/apply/steps/drop-oldest-blocks.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError, stepContext } from './step-context.ts';

/** In another order than their age. */
const BLOCKS = ['01BKGV7JBM69T2G1BGBGM6KB12', '01BKGTZQ1SYQJTR4PB43C8PD98', '01BKGV7JC0RY8A6MACW02A2PJD'] as const;
const SNAPSHOT = '20261122T035937Z-0a1397dd1e8cb472';
const NEVER = Number.MAX_SAFE_INTEGER;

function write(path: string, text = 'x'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('deleting snapshots', () => {
  const scratch = temporaryDirectory('snapshots');
  const data = (...names: string[]): string => join(scratch(), 'data', ...names);
  const snapshot = (name = SNAPSHOT): void => write(data('snapshots', name, BLOCKS[0], 'chunks', '000001'));
  const run = (names: readonly string[] = [SNAPSHOT], directory = data()): Promise<void> =>
    deleteSnapshots(
      { directory, names },
      stepContext({}, { reportDeleted: (key, told) => reported.push([key, ...told]) }),
    );
  let reported: string[][];

  beforeEach(() => {
    reported = [];
    mkdirSync(data());
  });

  it('deletes those that are named, with all that is in them, and nothing else', async () => {
    const other = '20261123T035937Z-0a1397dd1e8cb472';
    snapshot();
    snapshot(other);
    write(data(BLOCKS[0], 'meta.json'));
    write(data('snapshots', 'mine.txt'));
    await run();
    expect(readdirSync(data('snapshots'))).to.have.members([other, 'mine.txt']);
    expect(existsSync(data(BLOCKS[0], 'meta.json'))).to.equal(true);
    expect(reported).to.deep.equal([['Container/web', SNAPSHOT]]);
  });

  it('takes what is gone already as done', async () => {
    await run();
    mkdirSync(data('snapshots'));
    await run();
    await run([SNAPSHOT], join(scratch(), 'absent'));
  });

  it('is told of also where nothing is left to delete, so that it is not planned at once again', async () => {
    await run([SNAPSHOT], join(scratch(), 'absent'));
    await run();
    symlinkSync(data(), join(scratch(), 'link'));
    await expectStepError(run([SNAPSHOT], join(scratch(), 'link')), 'UNSAFE_PATH');
    expect(reported).to.deep.equal(Array.from({ length: 3 }, () => ['Container/web', SNAPSHOT]));
  });

  it('deletes nothing that is not named as snapshots are', async () => {
    write(data('snapshots', 'mine', 'file'));
    for (const name of ['mine', '..', '.', '../data', `${SNAPSHOT}/..`, ''])
      await expectStepError(run([name]), 'UNSAFE_PATH');
    expect(existsSync(data('snapshots', 'mine', 'file'))).to.equal(true);
  });

  it('does not follow symlinks: of the way there, of the snapshots, of one of them, or in it', async () => {
    const outside = join(scratch(), 'outside');
    write(join(outside, SNAPSHOT, 'precious'));
    write(join(outside, 'snapshots', SNAPSHOT, 'precious'));
    symlinkSync(outside, join(scratch(), 'link'));
    await expectStepError(run([SNAPSHOT], join(scratch(), 'link')), 'UNSAFE_PATH');
    symlinkSync(outside, data('snapshots'));
    await expectStepError(run(), 'UNSAFE_PATH');

    const second = join(scratch(), 'second');
    mkdirSync(join(second, 'snapshots'), { recursive: true });
    symlinkSync(join(outside, SNAPSHOT), join(second, 'snapshots', SNAPSHOT));
    await expectStepError(run([SNAPSHOT], second), 'UNSAFE_PATH');

    const third = join(scratch(), 'third');
    mkdirSync(join(third, 'snapshots', SNAPSHOT), { recursive: true });
    symlinkSync(outside, join(third, 'snapshots', SNAPSHOT, 'chunks'));
    await run([SNAPSHOT], third);
    expect(readdirSync(join(third, 'snapshots'))).to.deep.equal([]);
    expect(existsSync(join(outside, SNAPSHOT, 'precious'))).to.equal(true);
    expect(existsSync(join(outside, 'snapshots', SNAPSHOT, 'precious'))).to.equal(true);
  });
});

describe('dropping the oldest blocks', () => {
  const data = temporaryDirectory('blocks');
  const block = (name: string, maxTime: number): void => {
    write(join(data(), name, 'meta.json'), JSON.stringify({ ulid: name, maxTime }));
    write(join(data(), name, 'chunks', '000001'));
  };
  const run = (keepNewest: number, untilFree = NEVER): Promise<string[]> => {
    const context = stepContext({});
    return dropOldestBlocks({ directory: data(), keepNewest, untilFree }, context).then(() => context.said);
  };

  beforeEach(() => {
    block(BLOCKS[0], 3000);
    block(BLOCKS[1], 1000);
    block(BLOCKS[2], 2000);
    for (const name of ['wal', 'chunks_head', 'wbl', 'snapshots']) write(join(data(), name, '00000001'));
    write(join(data(), 'lock'), '');
    write(join(data(), 'queries.active'));
  });
  const REST = ['wal', 'chunks_head', 'wbl', 'snapshots', 'lock', 'queries.active'];

  it('drops the oldest and keeps the newest, the log and all that is no block', async () => {
    await run(1);
    expect(readdirSync(data())).to.have.members([BLOCKS[0], ...REST]);
  });

  it('drops no more than it takes', async () => {
    const { bsize, bavail } = await statfs(data());
    expect(await run(0, (bsize * bavail) / 2)).to.deep.equal([]);
    expect(readdirSync(data())).to.have.members([...BLOCKS, ...REST]);
  });

  it('keeps all where there are no more than are to be kept, and does nothing where there is no database', async () => {
    await run(3);
    await run(4);
    expect(readdirSync(data())).to.have.members([...BLOCKS, ...REST]);
    await dropOldestBlocks({ directory: join(data(), 'absent'), keepNewest: 0, untilFree: NEVER }, stepContext({}));
  });

  it('leaves blocks alone that do not say until when they go, and directories of others', async () => {
    write(join(data(), '01BKGV7JC0RY8A6MACW02A2PJE', 'meta.json'), 'garbage');
    mkdirSync(join(data(), '01BKGV7JC0RY8A6MACW02A2PJF'));
    write(join(data(), 'mine', 'meta.json'), '{"maxTime": 1}');
    await run(0);
    expect(readdirSync(data())).to.have.members([
      '01BKGV7JC0RY8A6MACW02A2PJE',
      '01BKGV7JC0RY8A6MACW02A2PJF',
      'mine',
      ...REST,
    ]);
  });

  it('finishes what a crash left half removed, and no block is ever half there', async () => {
    const removed = `${BLOCKS[1]}.tmp-for-deletion`;
    write(join(data(), removed, 'chunks', '000001'));
    write(join(data(), 'mine.tmp-for-deletion', 'file'));
    await run(3);
    expect(readdirSync(data())).to.have.members([...BLOCKS, 'mine.tmp-for-deletion', ...REST]);
  });

  it('does not follow symlinks', async () => {
    const outside = join(data(), 'outside');
    write(join(outside, 'meta.json'), '{"maxTime": 1}');
    write(join(outside, 'precious'));
    symlinkSync('outside', join(data(), '01BKGV7JC0RY8A6MACW02A2PJE'));
    write(join(data(), '01BKGV7JC0RY8A6MACW02A2PJF', 'file'));
    symlinkSync('../outside/meta.json', join(data(), '01BKGV7JC0RY8A6MACW02A2PJF', 'meta.json'));
    symlinkSync('../outside', join(data(), BLOCKS[1], 'more'));
    await run(0);
    expect(existsSync(join(outside, 'precious'))).to.equal(true);
    expect(readdirSync(data())).to.include.members(['01BKGV7JC0RY8A6MACW02A2PJE', '01BKGV7JC0RY8A6MACW02A2PJF']);
    expect(readdirSync(data())).not.to.include(BLOCKS[1]);
    symlinkSync(data(), join(data(), 'link'));
    const throughLink = { directory: join(data(), 'link'), keepNewest: 0, untilFree: NEVER };
    await expectStepError(dropOldestBlocks(throughLink, stepContext({})), 'UNSAFE_PATH');
  });
});
