import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { removeBackups } from '../../../src/apply/backup/store.ts';
import { discardLeftovers } from '../../../src/apply/backup/unfinished.ts';
import { openDirectory } from '../../../src/apply/open-directory.ts';
import { removeTree } from '../../../src/apply/remove-tree.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError } from './step-context.ts';

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
}

describe('removing a tree', () => {
  const scratch = temporaryDirectory('tree');
  const mounted: string[] = [];
  afterEach(() => {
    for (const path of mounted.splice(0).reverse()) execFileSync('umount', [path]);
  });

  /** Mounts for the rest of the test; skips where that is not allowed. */
  function mount(context: Mocha.Context, ...args: readonly string[]): void {
    try {
      execFileSync('mount', args, { stdio: 'ignore' });
    } catch {
      context.skip();
    }
    mounted.push(args.at(-1) ?? '');
  }

  async function remove(name: string): Promise<void> {
    const parent = await openDirectory(scratch());
    if (parent === undefined) throw new Error('it was made before');
    try {
      await removeTree(parent, name, join(scratch(), name));
    } finally {
      await parent.close();
    }
  }

  it('removes all of it, symlinks as themselves, and what is gone is done', async () => {
    write(join(scratch(), 'precious'));
    write(join(scratch(), 'tree/a/b/c'));
    symlinkSync(scratch(), join(scratch(), 'tree/a/link'));
    await remove('tree');
    await remove('tree');
    expect(readdirSync(scratch())).to.deep.equal(['precious']);
  });

  it('stops at another file system that is mounted in it', async function () {
    mkdirSync(join(scratch(), 'tree/a/disk'), { recursive: true });
    mount(this, '-t', 'tmpfs', 'tmpfs', join(scratch(), 'tree/a/disk'));
    write(join(scratch(), 'tree/a/disk/precious'));
    expect(await expectStepError(remove('tree'), 'UNSAFE_PATH')).to.match(/tree\/a\/disk.*mount/);
    expect(existsSync(join(scratch(), 'tree/a/disk/precious'))).to.equal(true);
  });

  it('stops at a directory of the same file system that is mounted in it, and at one that is a mount itself', async function () {
    write(join(scratch(), 'data/precious'));
    mkdirSync(join(scratch(), 'tree/a'), { recursive: true });
    mount(this, '--bind', join(scratch(), 'data'), join(scratch(), 'tree/a'));
    await expectStepError(remove('tree'), 'UNSAFE_PATH');
    mkdirSync(join(scratch(), 'top'));
    mount(this, '--bind', join(scratch(), 'data'), join(scratch(), 'top'));
    await expectStepError(remove('top'), 'UNSAFE_PATH');
    expect(readdirSync(join(scratch(), 'data'))).to.deep.equal(['precious']);
  });

  describe('of backups', () => {
    const NAME = '20261101T000000Z';

    it('stops there, too, when a backup is pruned or an unfinished one is discarded', async function () {
      for (const entry of [NAME, `${NAME}.partial`]) {
        const disk = join(scratch(), 'nightly', entry, 'disk');
        mkdirSync(disk, { recursive: true });
        mount(this, '-t', 'tmpfs', 'tmpfs', disk);
        write(join(disk, 'precious'));
      }
      await expectStepError(discardLeftovers(join(scratch(), 'nightly'), undefined), 'UNSAFE_PATH');
      expect(existsSync(join(scratch(), 'nightly', `${NAME}.partial/disk/precious`))).to.equal(true);
      await expectStepError(removeBackups(join(scratch(), 'nightly'), [NAME]), 'UNSAFE_PATH');
      // Under the name that says that it is no whole backup any more.
      expect(existsSync(join(scratch(), 'nightly', `${NAME}.removing/disk/precious`))).to.equal(true);
      mounted.splice(0, 1, join(scratch(), 'nightly', `${NAME}.removing/disk`));
    });

    it('does not go through a symlink on the way there', async () => {
      write(join(scratch(), 'real/nightly', NAME, 'file'));
      symlinkSync(join(scratch(), 'real'), join(scratch(), 'link'));
      await expectStepError(removeBackups(join(scratch(), 'link/nightly'), [NAME]), 'UNSAFE_PATH');
      expect(existsSync(join(scratch(), 'real/nightly', NAME, 'file'))).to.equal(true);
    });
  });
});
