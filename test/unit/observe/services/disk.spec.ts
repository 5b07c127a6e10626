import { expect } from 'chai';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskReader } from '../../../../src/observe/services/disk.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

const ULIDS = ['01BKGV7JBM69T2G1BGBGM6KB12', '01BKGV7JC0RY8A6MACW02A2PJD', '01BKGTZQ1SYQJTR4PB43C8PD98'] as const;

describe('reading the disk of a database', () => {
  const directory = temporaryDirectory('disk');
  const block = (name: string, meta: string): void => {
    mkdirSync(join(directory(), name, 'chunks'), { recursive: true });
    writeFileSync(join(directory(), name, 'chunks', '000001'), 'x'.repeat(100));
    writeFileSync(join(directory(), name, 'meta.json'), meta);
  };

  it('tells how much is free, and its blocks and snapshots', async () => {
    block(ULIDS[0], '{"maxTime": 3000}');
    block(ULIDS[1], '{"maxTime": 1000}');
    mkdirSync(join(directory(), 'snapshots', '20261122T035937Z-0a1397dd1e8cb472'), { recursive: true });
    const found = await new DiskReader().read(directory(), 42);
    expect(found.at).to.equal(42);
    expect(found.snapshots).to.deep.equal(['20261122T035937Z-0a1397dd1e8cb472']);
    expect(found.blocks).to.deep.equal([
      { name: ULIDS[1], maxTime: 1000, bytes: 117 },
      { name: ULIDS[0], maxTime: 3000, bytes: 117 },
    ]);
    const { bsize, blocks } = await statfs(directory());
    expect(found.total).to.equal(bsize * blocks);
    expect(found.available).to.be.within(1, found.total);
  });

  it('leaves out what is no block and no snapshot, and what cannot be read', async () => {
    block(ULIDS[0], 'garbage');
    block('not-a-block', '{"maxTime": 1}');
    block(`${ULIDS[1]}.tmp-for-deletion`, '{"maxTime": 1}');
    mkdirSync(join(directory(), 'elsewhere', 'chunks'), { recursive: true });
    writeFileSync(join(directory(), 'elsewhere', 'meta.json'), '{"maxTime": 1}');
    symlinkSync('elsewhere', join(directory(), ULIDS[2]));
    mkdirSync(join(directory(), ULIDS[1]));
    symlinkSync('../elsewhere/meta.json', join(directory(), ULIDS[1], 'meta.json'));
    mkdirSync(join(directory(), 'snapshots', 'mine'), { recursive: true });
    symlinkSync('..', join(directory(), 'snapshots', '20261122T035937Z-0a1397dd1e8cb472'));
    const { blocks, snapshots } = await new DiskReader().read(directory(), 0);
    expect([blocks, snapshots]).to.deep.equal([[], []]);
  });

  it('reads each block once, and forgets those that are gone', async () => {
    const reader = new DiskReader();
    block(ULIDS[0], '{"maxTime": 3000}');
    const [before] = (await reader.read(directory(), 0)).blocks;
    writeFileSync(join(directory(), ULIDS[0], 'meta.json'), '{"maxTime": 1}');
    expect((await reader.read(directory(), 1)).blocks[0]).to.equal(before);
    rmSync(join(directory(), ULIDS[0]), { recursive: true });
    expect((await reader.read(directory(), 2)).blocks).to.deep.equal([]);
  });
});
