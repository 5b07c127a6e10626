import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { LOCK_NAME, lockReleases } from '../../../src/release/lock.ts';
import { runCommand } from '../../../scripts/support/run-command.ts';
import { requireProgram } from '../../support/require-program.ts';
import { skipBecause } from '../../support/skip.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('the lock on releases', function () {
  const directory = temporaryDirectory('release-lock');
  before(async function () {
    await requireProgram(this, 'flock');
  });

  const never = (): void => {
    throw new Error('nobody has it');
  };

  it('is one: whoever comes second is told, waits and has it next', async () => {
    const first = await lockReleases(directory(), { wait: 1000, onWait: never });
    let told = 0;
    let isSecond = false;
    const second = lockReleases(directory(), {
      wait: 10_000,
      onWait() {
        told++;
        void first.release();
      },
    }).then((lock) => ((isSecond = true), lock));
    const lock = await second;
    expect([told, isSecond]).to.deep.equal([1, true]);
    await lock.release();
    await (await lockReleases(directory(), { wait: 1000, onWait: never })).release();
  });

  it('is not had when the time is over, and that is said', async () => {
    const first = await lockReleases(directory(), { wait: 1000, onWait: never });
    const error = await lockReleases(directory(), { wait: 50, onWait: () => undefined }).catch((each: unknown) => each);
    expect(error).to.include({ name: 'ReleaseError', code: 'LOCKED' });
    expect((error as Error).message).to.contain('nothing was changed');
    await first.release();
  });

  it('is made by one when many come at once, and leaves nothing beside it', async () => {
    const locks = Array.from({ length: 5 }, () =>
      lockReleases(directory(), { wait: 10_000, onWait: () => undefined }).then((lock) => lock.release()),
    );
    await Promise.all(locks);
    expect(readdirSync(directory())).to.deep.equal([LOCK_NAME]);
  });

  it('is given back by the kernel when its holder is killed, also while a program of it goes on', async () => {
    const module = pathToFileURL(join(import.meta.dirname, '../../../src/release/lock.ts')).href;
    const script = `
      const { lockReleases } = await import(${JSON.stringify(module)});
      await lockReleases(${JSON.stringify(directory())}, { wait: 1000, onWait() {} });
      const { spawn } = await import('node:child_process');
      console.log(spawn('sleep', ['60'], { stdio: 'ignore' }).pid);
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const left = Number(await new Promise((resolve) => holder.stdout.once('data', resolve)));
    try {
      const error = await lockReleases(directory(), { wait: 50, onWait: () => undefined }).catch(
        (each: unknown) => each,
      );
      expect(error).to.include({ code: 'LOCKED' });
      const ended = new Promise((resolve) => holder.once('exit', resolve));
      holder.kill('SIGKILL');
      await ended;
      await (await lockReleases(directory(), { wait: 1000, onWait: never })).release();
    } finally {
      holder.kill('SIGKILL');
      if (left > 0) process.kill(left, 'SIGKILL');
    }
  });

  it('can be held by nobody but the owner of the releases and root, who makes it for the owner', async function () {
    if (process.geteuid?.() !== 0) return skipBecause(this, 'only root can be somebody else');
    chmodSync(directory(), 0o755);
    await runCommand(['chown', '12345:12345', directory()]);
    await (await lockReleases(directory(), { wait: 1000, onWait: never })).release();
    const path = join(directory(), LOCK_NAME);
    const { uid, gid, mode } = statSync(path);
    expect({ uid, gid, mode: mode & 0o777 }).to.deep.equal({ uid: 12345, gid: 12345, mode: 0o600 });
    const holdAs = (user: number) =>
      runCommand([
        'setpriv',
        `--reuid=${user}`,
        `--regid=${user}`,
        '--clear-groups',
        'flock',
        '--nonblock',
        path,
        'true',
      ]);
    // Its temporary directory is below one that all may pass.
    expect((await holdAs(12345)).code).to.equal(0);
    expect((await holdAs(54321)).code).to.not.equal(0);
  });

  it('makes no file another’s that the owner of the releases puts in its place while root makes it', async function () {
    if (process.geteuid?.() !== 0) return skipBecause(this, 'only root can give a file to somebody else');
    const victim = join(directory(), 'victim');
    writeFileSync(victim, '', { mode: 0o644 });
    // One such exchange may come too late; not each of them.
    for (let round = 0; round < 10; round++) {
      const releases = join(directory(), String(round));
      mkdirSync(releases);
      chownSync(releases, 12345, 12345);
      const watcher = watch(releases, (_, name) => {
        watcher.close();
        const draft = join(releases, name ?? '');
        try {
          renameSync(draft, join(directory(), `away-${round}`));
          symlinkSync(victim, draft);
        } catch (error) {
          expect(error, 'it came too late').to.include({ code: 'ENOENT' });
        }
      });
      // Whether it can be had then is the owner's own affair.
      const lock = await lockReleases(releases, { wait: 1000, onWait: never }).catch(() => undefined);
      await lock?.release();
      watcher.close();
      const { uid, gid, mode } = statSync(victim);
      expect({ uid, gid, mode: mode & 0o777 }).to.deep.equal({ uid: 0, gid: 0, mode: 0o644 });
    }
  });
});
