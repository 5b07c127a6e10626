import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from '../../../scripts/support/run-command.ts';
import { InstanceLockError, lockInstance } from '../../../src/runtime/instance-lock.ts';
import { requireProgram } from '../../support/require-program.ts';
import { skipBecause } from '../../support/skip.ts';

const LOCK_NAME = 'operator.lock';

describe('lockInstance', function () {
  let root = '';
  before(async function () {
    await requireProgram(this, 'flock');
  });
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

  it('names nobody once released, and can be taken again', async () => {
    await (await lockInstance(root)).release();
    expect(await readdir(root)).to.deep.equal([LOCK_NAME]);
    expect(await readFile(join(root, LOCK_NAME), 'utf8')).to.equal('');
    await (await lockInstance(root)).release();
  });

  it('is not held up by whoever listens where any local user may', async () => {
    const { dev, ino } = await stat(root);
    const digest = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(`\0bastion-${digest}`, resolve));
    try {
      await (await lockInstance(root)).release();
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });

  it('can be held by nobody but the owner of the state directory and root, who makes it for the owner', async function () {
    if (process.geteuid?.() !== 0) return skipBecause(this, 'only root can be somebody else');
    await chmod(root, 0o755);
    await chown(root, 12345, 12345);
    await (await lockInstance(root)).release();
    const path = join(root, LOCK_NAME);
    const { uid, gid, mode } = await stat(path);
    expect({ uid, gid, mode: mode & 0o777 }).to.deep.equal({ uid: 12345, gid: 12345, mode: 0o600 });
    const holdAs = (user: number) =>
      runCommand(['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'flock', '-n', path, 'true']);
    expect((await holdAs(12345)).code).to.equal(0);
    expect((await holdAs(54321)).code).to.not.equal(0);
  });

  it('says what to do where the state directory is not to be written', async () => {
    await writeFile(join(root, 'file'), '');
    const error = await refusal(join(root, 'file', 'state'));
    expect(String(error)).to.contain('something above it is not a directory');
  });

  it('does not name one that was killed while its successor has not said its name', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.once('exit', resolve));
    const lock = await lockInstance(root);
    await writeFile(join(root, LOCK_NAME), `pid ${child.pid} on ${hostname()}\n`);
    const error = await refusal(root);
    expect(error).to.include({ code: 'INSTANCE_LOCKED', holder: undefined });
    expect(String(error)).to.contain('fuser').and.to.not.contain('pid');
    await lock.release();
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

  it('works with a long path', async () => {
    const deep = join(root, 'x'.repeat(120), 'y'.repeat(120));
    await mkdir(deep, { recursive: true });
    const lock = await lockInstance(deep);
    expect(await refusal(deep)).to.be.instanceOf(InstanceLockError);
    await lock.release();
  });

  it('is free again after kill -9, though its file is still there', async () => {
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
    expect(await readdir(root)).to.deep.equal([LOCK_NAME]);
    expect(await refusal(root)).to.equal(undefined);
  });
});
