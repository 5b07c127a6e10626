import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { observeLogs } from '../../../src/observe/logs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('observing logs', () => {
  const directory = temporaryDirectory('logs');
  const look = async () => {
    const path = join(directory(), 'access.log');
    return (await observeLogs([path]))[path];
  };
  const put = (name: string, text: string): void => writeFileSync(join(directory(), name), text);

  it('tells sizes and times of a log and of its rotated files, and which file is which', async () => {
    put('access.log', 'twelve bytes');
    put('access.log.10', 'x');
    put('access.log.2', 'yy');
    utimesSync(join(directory(), 'access.log.2'), 5, 5);
    for (const other of ['access.log.gz', 'access.log.02', 'access.log.0', 'access.log.1.gz', 'other.log.1'])
      put(other, '');
    symlinkSync('nowhere', join(directory(), 'access.log.3'));
    mkdirSync(join(directory(), 'access.log.4'));
    const before = await look();
    expect(before).to.deep.include({ type: 'file', size: 12 });
    expect(before?.rotated.map(({ number, size }) => [number, size])).to.deep.equal([
      [2, 2],
      [10, 1],
    ]);
    expect(before?.rotated[0]?.modifiedAt).to.equal(5000);
    renameSync(join(directory(), 'access.log'), join(directory(), 'access.log.1'));
    const after = await look();
    expect(after).to.deep.include({ type: 'missing', size: 0, inode: '' });
    expect(after?.rotated[0]).to.deep.include({ number: 1, size: 12, inode: before?.inode });
  });

  it('has nothing where there is nothing, and says what it cannot look at', async () => {
    expect(await look()).to.deep.equal({ type: 'missing', size: 0, inode: '', rotated: [] });
    const inside = join(directory(), 'no', 'access.log');
    expect((await observeLogs([inside]))[inside]).to.deep.include({ type: 'missing', rotated: [] });
    put('file', '');
    const under = join(directory(), 'file', 'access.log');
    expect((await observeLogs([under]))[under]).to.deep.include({
      type: 'unreadable',
      error: 'something above it is not a directory',
    });
    symlinkSync('file', join(directory(), 'access.log'));
    expect(await look()).to.deep.include({ type: 'symlink', size: 0 });
  });
});
