import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseBackupRecord } from '../../src/model/backup.ts';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { skipBecause } from '../support/skip.ts';
import { StackPlace } from '../support/stack-place.ts';

const WHOLE = /^\d{8}T\d{6}Z$/;

describe('backups of a real Prometheus', function () {
  this.timeout(180_000);
  let stack: StackPlace;
  let operator: Operator;
  let target: string;
  let data: string;
  let prometheus: string;

  before(async function () {
    stack = await StackPlace.open(this, 'backup');
    target = join(stack.root, 'opt/backup');
    data = stack.directory('prometheus', 'data');
    prometheus = `Prometheus/${stack.name('prometheus')}`;
    stack.place.desired.write('00-bastion.yaml', stack.bastion({ clientCertificate: 'operator' }));
    stack.place.desired.write('10-stack.yaml', stack.authority(), stack.member('Prometheus', 'prometheus', fast()));
    stack.place.desired.write('20-backup.yaml', ...backup());
    operator = stack.start();
    await operator.until(() => expect(whole()).to.have.length(1), 3 * PATIENCE);
    await operator.result('converged', 2 * PATIENCE);
  });
  after(() => stack?.close());

  function fast(spec: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    return { scrapeInterval: '1s', scrapeTimeout: '1s', ...spec };
  }
  function backup(spec: Readonly<Record<string, unknown>> = {}): Manifest[] {
    return [
      manifest('Directory', 'backup-disk', { path: '/opt/backup', mode: '0700', sentinel: true }),
      manifest('Backup', 'nightly', {
        directory: '/opt/backup',
        prometheus: stack.name('prometheus'),
        schedule: '0 0 1 1 *',
        keep: 2,
        ...spec,
      }),
    ];
  }
  /** Names of the whole backups, oldest first. */
  function whole(): string[] {
    const directory = join(target, 'nightly');
    return existsSync(directory)
      ? readdirSync(directory)
          .filter((entry) => WHOLE.test(entry))
          .sort()
      : [];
  }
  function record(name: string): ReturnType<typeof parseBackupRecord> {
    return parseBackupRecord(readFileSync(join(target, 'nightly', name, 'backup.json'), 'utf8'));
  }
  async function backUpNow(): Promise<string> {
    const before = whole();
    expect((await stack.command('backup', ['now', 'nightly'])).code).to.equal(0);
    const [made = ''] = await operator.until(() => {
      const news = whole().filter((name) => !before.includes(name));
      expect(news).to.have.length(1);
      return news;
    }, 2 * PATIENCE);
    await operator.until(() => expect(existsSync(join(target, 'nightly', made, 'verified.json'))).to.equal(true));
    await operator.result('converged', PATIENCE);
    return made;
  }
  /** Seconds since the epoch of the samples that Prometheus has of itself. */
  const times = (): Promise<number[]> => stack.sampleTimes('up{job="prometheus"}');

  it('are made at once, read back with its own promtool, and leave no snapshot behind', async () => {
    const [name = ''] = whole();
    expect(record(name)?.prometheus.name).to.equal(stack.name('prometheus'));
    expect(readdirSync(join(data, 'snapshots'))).to.deep.equal([]);
    expect(await operator.reason('Backup/nightly', 'Ready')).to.equal('BackedUp');
    const { stdout } = await stack.command('plan');
    expect(stdout).to.match(/^nothing to do\n/);
  });

  it('are made when a human asks, listed, and kept as long as wanted', async () => {
    const [first = ''] = whole();
    const second = await backUpNow();
    const third = await backUpNow();
    expect(whole()).to.deep.equal([second, third]);
    expect(record(third)?.prometheus.blocks.length).to.be.greaterThan(0);
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], {
      cwd: join(target, 'nightly', third),
    });
    const { stdout } = await stack.command('backup');
    expect(stdout).to.contain(third).and.contain('read back').and.not.contain(first);
  });

  it('bring back what was lost: samples from before are there again, and Prometheus goes on', async () => {
    const name = await backUpNow();
    const [oldest = 0] = await times();
    const container = stack.name('prometheus');
    hold(`Container.${container}`);
    const { Id } = await stack.inspect('prometheus');
    await stack.place.engine.stopContainer(Id, 10);
    renameSync(data, `${data}.before`);
    const { code, stdout, stderr } = await stack.command('restore', [
      'nightly',
      '--backup',
      name,
      '--only',
      'prometheus',
      '--to',
      data,
    ]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('all checksums are right');
    renameSync(join(`${data}.before`, '.bastion-sentinel'), join(data, '.bastion-sentinel'));
    release(`Container.${container}`);
    const since = Date.now() / 1000;
    await operator.until(async () => {
      const found = await times();
      expect(found[0]).to.be.closeTo(oldest, 0.001);
      expect(found.at(-1)).to.be.greaterThan(since);
    }, 3 * PATIENCE);
    await operator.result('converged', 2 * PATIENCE);
    expect(conditionOf(await operator.status(), prometheus, 'Degraded')).to.equal(undefined);
    rmSync(`${data}.before`, { recursive: true });
  });

  it('are not needed where samples are gone unnoticed: the operator says so', async () => {
    await operator.until(async () => expect(await times()).not.to.deep.equal([]));
    hold(`Container.${stack.name('prometheus')}`);
    const { Id } = await stack.inspect('prometheus');
    await stack.place.engine.stopContainer(Id, 10);
    for (const entry of readdirSync(data))
      if (entry !== '.bastion-sentinel') rmSync(join(data, entry), { recursive: true });
    release(`Container.${stack.name('prometheus')}`);
    await operator.until((status) => {
      expect(conditionOf(status, prometheus, 'Degraded')?.reason).to.equal('DataLost');
    }, 3 * PATIENCE);
    expect((await stack.command('retry', [prometheus])).stdout).to.contain('how far back its samples went');
    await operator.result('converged', 2 * PATIENCE);
  });

  describe('whose disk', () => {
    it('is not mounted, or is another one, are not written to it, and it goes on by itself', async () => {
      renameSync(target, `${target}.away`);
      mkdirSync(target, { mode: 0o700 });
      await operator.look();
      await operator.until((status) => {
        expect(conditionOf(status, 'Directory/backup-disk', 'Stalled')?.reason).to.equal('SentinelMissing');
      }, 3 * PATIENCE);
      await stack.command('backup', ['now', 'nightly']);
      await operator.until((status) => {
        expect(conditionOf(status, 'Backup/nightly', 'Degraded')?.reason).to.equal('BackupsGone');
      });
      expect(readdirSync(target)).to.deep.equal([]);
      rmSync(target, { recursive: true });
      renameSync(`${target}.away`, target);
      const before = whole();
      await operator.until(() => expect(whole()).not.to.deep.equal(before), 3 * PATIENCE);
      await operator.result('converged', 2 * PATIENCE);
    });

    it('is full are told of with numbers, and tried again once there is space', async function () {
      const small = join(stack.root, 'opt/small');
      mkdirSync(small);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small], { stdio: 'ignore' });
      } catch {
        return skipBecause(this, 'no disk can be mounted here');
      }
      stack.place.undo.push(() => Promise.resolve(execFileSync('umount', ['-l', small])));
      stack.place.desired.write('30-small.yaml', {
        ...manifest('Backup', 'small', { directory: '/opt/small', prometheus: stack.name('prometheus') }),
      });
      await operator.until((status) => {
        const found = conditionOf(status, 'Backup/small', 'Degraded');
        expect(found?.reason).to.equal('BackupFailed');
        expect(found?.message).to.match(/too full: about .* are needed|the disk is full/);
      }, 2 * PATIENCE);
      expect(readdirSync(join(data, 'snapshots'))).to.deep.equal([]);
      execFileSync('mount', ['-o', 'remount,size=32m', small]);
      await stack.command('retry', ['Backup/small']);
      await operator.until(() => {
        const made = readdirSync(join(small, 'small')).filter((entry) => WHOLE.test(entry));
        expect(made).to.have.length(1);
      }, 2 * PATIENCE);
      await operator.result('converged', 2 * PATIENCE);
      stack.place.desired.remove('30-small.yaml');
      await operator.result('converged', 2 * PATIENCE);
    });
  });

  it('and a Prometheus whose own directory was exchanged under it is left alone, and told of', async () => {
    const { Id } = await stack.inspect('prometheus');
    renameSync(data, `${data}.moved`);
    mkdirSync(data);
    await operator.look();
    const directory = `Directory/${stack.name('prometheus')}-data`;
    await operator.until((status) => {
      expect(conditionOf(status, directory, 'Stalled')?.reason).to.equal('SentinelMissing');
    }, 3 * PATIENCE);
    stack.place.desired.write(
      '10-stack.yaml',
      stack.authority(),
      stack.member('Prometheus', 'prometheus', fast({ retention: '29d' })),
    );
    const container = `Container/${stack.name('prometheus')}`;
    const { stdout } = await stack.command('plan');
    for (const line of stdout.split('\n').filter((each) => each.includes(`Container ${container}`)))
      expect(line).to.contain('[blocked by');
    expect((await stack.inspect('prometheus')).Id).to.equal(Id);
    rmSync(data, { recursive: true });
    renameSync(`${data}.moved`, data);
    await operator.look();
    await operator.until(async () => expect((await stack.inspect('prometheus')).Id).not.to.equal(Id), 4 * PATIENCE);
    await operator.result('converged', 3 * PATIENCE);
    expect((await times()).length).to.be.greaterThan(0);
  });

  function hold(name: string): void {
    mkdirSync(stack.place.hold, { recursive: true });
    writeFileSync(join(stack.place.hold, name), '');
  }
  function release(name: string): void {
    rmSync(join(stack.place.hold, name));
  }
});
