import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InstanceLockError, lockInstance } from '../../../src/runtime/instance-lock.ts';

describe('lockInstance', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bastion-lock-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const refusal = (directory: string): Promise<unknown> =>
    lockInstance(directory).then(
      async (lock) => lock.release(),
      (error: unknown) => error,
    );

  it('refuses a second operator, by the pid of the first, also by another path', async () => {
    const lock = await lockInstance(join(root, 'state'));
    await symlink(join(root, 'state'), join(root, 'alias'));
    for (const path of ['state', 'alias']) {
      const error = await refusal(join(root, path));
      expect(error).to.be.instanceOf(InstanceLockError);
      expect(String(error)).to.contain(`pid ${process.pid}`);
    }
    await lock.release();
  });

  it('leaves nothing behind once released, and can be taken again', async () => {
    await (await lockInstance(root)).release();
    expect(await readdir(root)).to.deep.equal([]);
    await (await lockInstance(root)).release();
  });

  it('keeps two state directories apart', async () => {
    const locks = [await lockInstance(join(root, 'a')), await lockInstance(join(root, 'b'))];
    for (const lock of locks) await lock.release();
  });

  it('gives the lock to exactly one of many that start at once', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockInstance(root)));
    const taken = tries.filter((attempt) => attempt.status === 'fulfilled');
    expect(taken).to.have.length(1);
    for (const { value } of taken) await value.release();
  });

  it('works with a path longer than a socket address', async () => {
    const deep = join(root, 'x'.repeat(120), 'y'.repeat(120));
    await mkdir(deep, { recursive: true });
    const lock = await lockInstance(deep);
    expect(await refusal(deep)).to.be.instanceOf(InstanceLockError);
    await lock.release();
  });

  it('is free again after kill -9, though the socket file is still there', async () => {
    const module = new URL('../../../src/runtime/instance-lock.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then(async ({ lockInstance }) => {
      await lockInstance(${JSON.stringify(root)}); process.send('locked'); setInterval(() => undefined, 1000); });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await new Promise((resolve) => child.once('message', resolve));
    expect(String(await refusal(root))).to.contain(`pid ${child.pid}`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(await readdir(root)).to.deep.equal(['operator.sock']);
    expect(await refusal(root)).to.equal(undefined);
  });
});
