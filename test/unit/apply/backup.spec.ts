import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseBackupRecord } from '../../../src/model/backup.ts';
import { BackupObserver } from '../../../src/observe/backups.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { BackupWorkbench } from './backup-workbench.ts';
import { expectStepError } from './step-context.ts';
import { skipBecause } from '../../support/skip.ts';

const isRoot = process.getuid?.() === 0;

describe('a backup', function () {
  this.timeout(15_000);
  const root = temporaryDirectory('backup');
  let bench: BackupWorkbench;

  beforeEach(async () => {
    bench = await BackupWorkbench.open(root());
  });
  afterEach(() => bench.prometheus.close());

  const inside = (...names: string[]): string => join(bench.directory, ...names);
  const record = (name: string) => parseBackupRecord(readFileSync(inside(name, 'backup.json'), 'utf8'));
  const failure = (step: Promise<unknown>): Promise<string> => expectStepError(step, 'BACKUP_FAILED');

  it('is whole, private, has checksums that others can check, and leaves no snapshot behind', async () => {
    const first = bench.prometheus.addBlock(300_000);
    await bench.backUp();
    expect(bench.entries()).to.deep.equal(['20261123T031500Z']);
    const backup = inside('20261123T031500Z');
    expect(readFileSync(join(backup, `prometheus/${first}/chunks/000001`))).to.deep.equal(
      readFileSync(join(bench.prometheus.data, first, 'chunks/000001')),
    );
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: backup });
    expect(record('20261123T031500Z')?.prometheus).to.deep.include({ name: 'prometheus' });
    expect(record('20261123T031500Z')?.prometheus.blocks).to.have.length(2);
    expect(statSync(bench.directory).mode & 0o777).to.equal(0o700);
    expect(statSync(join(backup, `prometheus/${first}/index`)).mode & 0o777).to.equal(0o600);
    expect(bench.snapshots()).to.deep.equal([]);
    expect(readdirSync(backup)).to.include('verified.json').and.not.to.include('progress.json');
  });

  it('takes the space of what changed since the one before, and no more', async () => {
    const old = bench.prometheus.addBlock(300_000);
    await bench.backUp();
    bench.prometheus.addBlock(50_000);
    await bench.backUp();
    const [first = '', second = ''] = bench.entries();
    const path = (name: string): string => inside(name, `prometheus/${old}/chunks/000001`);
    expect(statSync(path(second)).ino).to.equal(statSync(path(first)).ino);
    expect(record(second)?.bytes).to.be.above(350_000);
    expect(record(second)?.newBytes).to.be.within(50_000, 60_000);
  });

  it('does not hand down what has decayed in the one before', async () => {
    const old = bench.prometheus.addBlock(300_000);
    await bench.backUp();
    const decayed = inside('20261123T031500Z', `prometheus/${old}/chunks/000001`);
    const content = readFileSync(decayed);
    content.writeUInt8(content.readUInt8(1000) ^ 1, 1000);
    writeFileSync(decayed, content);
    await bench.backUp();
    expect(bench.entries()).to.deep.equal(['20261123T031500Z', '20261124T031500Z']);
    expect(readFileSync(inside('20261124T031500Z', `prometheus/${old}/chunks/000001`))).to.deep.equal(
      readFileSync(join(bench.prometheus.data, old, 'chunks/000001')),
    );
  });

  it('of a Prometheus that has nothing yet is whole, too', async () => {
    bench.prometheus.addBlock = () => '';
    await bench.backUp();
    expect(record('20261123T031500Z')?.prometheus.blocks).to.deep.equal([]);
    expect(readdirSync(inside('20261123T031500Z'))).to.include('verified.json');
  });

  it('is kept as long as it is among the newest, and the last good one always', async () => {
    bench.prometheus.addBlock();
    for (let day = 0; day < 4; day += 1) await bench.backUp({ keep: 2 });
    expect(bench.entries()).to.deep.equal(['20261125T031500Z', '20261126T031500Z']);
    mkdirSync(inside('20200101T000000Z'));
    writeFileSync(inside('notes.txt'), 'mine');
    await bench.run('PruneBackups', { keep: 1 });
    expect(bench.entries(), 'what is not ours stays').to.deep.equal([
      '20200101T000000Z',
      '20261126T031500Z',
      'notes.txt',
    ]);
  });

  describe('that fails', () => {
    it('says so where Prometheus refuses, with what to do, and leaves nothing', async () => {
      bench.prometheus.refusal = { status: 503, body: '{"status":"error","error":"admin APIs disabled"}' };
      await bench.run('BeginBackup');
      const message = await failure(bench.run('SnapshotPrometheus'));
      expect(message).to.contain('admin APIs disabled').and.contain('--web.enable-admin-api');
      expect(bench.entries()).to.deep.equal([]);
    });

    it('says so where it is not let in', async () => {
      await bench.run('BeginBackup');
      const at = {
        address: '127.0.0.1',
        port: bench.prometheus.port,
        access: { serverName: 'prometheus.lab', trust: [] },
      };
      expect(await failure(bench.run('SnapshotPrometheus', { at }))).to.contain('POST https://127.0.0.1');
    });

    it('says so where the data directory is another one', async () => {
      const elsewhere = join(root(), 'elsewhere');
      mkdirSync(elsewhere);
      await bench.run('BeginBackup');
      const message = await failure(bench.run('SnapshotPrometheus', { dataDirectory: elsewhere }));
      expect(message).to.contain('is that its data directory?');
    });

    it('removes its snapshot and what it has copied, and the next one is whole', async () => {
      bench.prometheus.addBlock();
      await bench.run('BeginBackup');
      await bench.run('SnapshotPrometheus');
      const [snapshot = ''] = bench.snapshots();
      symlinkSync('/etc/passwd', join(bench.prometheus.data, 'snapshots', snapshot, 'link'));
      expect(await failure(bench.run('CopyBackup'))).to.contain('neither a file nor a directory');
      expect(bench.entries()).to.deep.equal([]);
      expect(bench.snapshots()).to.deep.equal([]);
      await bench.backUp();
      expect(bench.entries()).to.deep.equal(['20261123T031500Z']);
    });

    it('says so where its snapshot is gone', async () => {
      await bench.run('BeginBackup');
      await bench.run('SnapshotPrometheus');
      rmSync(join(bench.prometheus.data, 'snapshots'), { recursive: true });
      expect(await failure(bench.run('CopyBackup'))).to.contain('was removed before it was copied');
    });

    it('does not make the directory that takes backups: its disk may not be mounted', async () => {
      rmSync(bench.target, { recursive: true });
      expect(await failure(bench.run('BeginBackup'))).to.contain('is its disk mounted?');
      expect(existsSync(bench.target)).to.equal(false);
    });

    it('says so on a disk that is full, before it has filled it', async function () {
      onTmpfs(this, bench.target, 'size=256k');
      bench.prometheus.addBlock(400_000);
      await bench.run('BeginBackup');
      await bench.run('SnapshotPrometheus');
      expect(await failure(bench.run('CopyBackup'))).to.match(/too full: about 40\d kB are needed, \d+ kB are free/);
      expect(bench.entries()).to.deep.equal([]);
      expect(bench.snapshots()).to.deep.equal([]);
    });

    it('says so on a disk that fills meanwhile, and keeps what was there', async function () {
      onTmpfs(this, bench.target, 'size=1m,nr_inodes=64');
      bench.prometheus.addBlock(100_000);
      await bench.backUp();
      for (let block = 0; block < 12; block += 1) bench.prometheus.addBlock(1000);
      await bench.run('BeginBackup');
      await bench.run('SnapshotPrometheus');
      expect(await failure(bench.run('CopyBackup'))).to.contain('the disk is full');
      expect(bench.entries()).to.deep.equal(['20261123T031500Z']);
      execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: inside('20261123T031500Z') });
    });

    it('says so on a disk that is read-only', async function () {
      onTmpfs(this, bench.target, 'size=1m,ro');
      expect(await failure(bench.run('BeginBackup'))).to.contain('the file system is read-only; mount it writable');
    });
  });

  describe('that ended in the middle', () => {
    it('is removed by the next one, with the snapshot that nobody knew the name of', async () => {
      bench.prometheus.addBlock();
      await bench.run('BeginBackup');
      await bench.run('SnapshotPrometheus');
      const partial = bench.entries()[0] ?? '';
      const progress = JSON.parse(readFileSync(inside(partial, 'progress.json'), 'utf8')) as object;
      // As it is when the operator dies between the question and the answer.
      writeFileSync(inside(partial, 'progress.json'), JSON.stringify({ ...progress, snapshot: undefined }));
      await bench.backUp();
      expect(bench.entries()).to.deep.equal(['20261123T031500Z']);
      expect(bench.snapshots()).to.deep.equal([]);
    });

    it('leaves the snapshot alone that a person made before the next try', async () => {
      bench.prometheus.addBlock();
      await bench.run('BeginBackup');
      bench.prometheus.refusal = { status: 503, body: 'shutting down' };
      const partial = bench.entries()[0] ?? '';
      // As it is when the operator dies before there is any answer, and nothing was made for it.
      writeFileSync(
        inside(partial, 'progress.json'),
        JSON.stringify({ startedAt: bench.clock.now(), snapshotsBefore: [], askedAt: bench.clock.now() }),
      );
      const mine = '20261122T091500Z-00000000000000aa';
      mkdirSync(join(bench.prometheus.data, 'snapshots', mine), { recursive: true });
      bench.prometheus.refusal = undefined;
      await bench.backUp();
      expect(bench.snapshots()).to.deep.equal([mine]);
    });

    it('takes one snapshot at most, the first after it asked, and none where it is not known when it asked', async () => {
      await bench.run('BeginBackup');
      const partial = bench.entries()[0] ?? '';
      const asked = bench.clock.now();
      const ours = '20261122T031501Z-00000000000000aa';
      const theirs = '20261122T031509Z-00000000000000bb';
      for (const name of [ours, theirs]) mkdirSync(join(bench.prometheus.data, 'snapshots', name), { recursive: true });
      const note = (progress: object): void =>
        writeFileSync(inside(partial, 'progress.json'), JSON.stringify(progress));
      note({ startedAt: asked, snapshotsBefore: [] });
      await bench.run('DiscardBackup');
      expect(bench.snapshots()).to.have.members([ours, theirs]);
      mkdirSync(inside(partial));
      note({ startedAt: asked, snapshotsBefore: [], askedAt: asked });
      await bench.run('DiscardBackup');
      expect(bench.snapshots()).to.deep.equal([theirs]);
    });

    it('between its last file and its name is removed with its snapshot', async () => {
      bench.prometheus.addBlock();
      for (const op of ['BeginBackup', 'SnapshotPrometheus', 'CopyBackup'] as const) await bench.run(op);
      const [name = ''] = bench.entries();
      // As it is when the operator dies after it has removed what it noted, and before the last rename.
      renameSync(inside(name), inside(`${name}.partial`));
      await bench.run('DiscardBackup');
      expect(bench.entries()).to.deep.equal([]);
      expect(bench.snapshots()).to.deep.equal([]);
    });

    it('takes no snapshot of somebody else along', async () => {
      const foreign = join(bench.prometheus.data, 'snapshots/20261101T000000Z-ffff');
      mkdirSync(foreign, { recursive: true });
      await bench.run('BeginBackup');
      await bench.run('SnapshotPrometheus');
      await bench.run('DiscardBackup');
      await bench.backUp();
      expect(bench.snapshots()).to.deep.equal(['20261101T000000Z-ffff']);
    });

    it("and whose record was lost is none, and is in nobody's way", async () => {
      bench.prometheus.addBlock();
      await bench.backUp();
      writeFileSync(inside('20261123T031500Z', 'backup.json'), '{');
      await bench.backUp();
      expect(await new BackupObserver(Date.now).look(bench.directory))
        .to.have.property('complete')
        .that.has.length(1);
    });

    it('in its first moment, or in its removal, is removed as well', async () => {
      mkdirSync(inside('20261101T000000Z.partial'), { recursive: true });
      mkdirSync(inside('20261031T000000Z.removing/prometheus'), { recursive: true });
      await bench.run('DiscardBackup');
      expect(bench.entries()).to.deep.equal([]);
    });
  });

  describe('that is read back', () => {
    const made = async (): Promise<string> => {
      bench.prometheus.addBlock();
      for (const op of ['BeginBackup', 'SnapshotPrometheus', 'CopyBackup'] as const) await bench.run(op);
      return bench.entries()[0] ?? '';
    };

    it('is shown to promtool, block by block, read-only and without a network', async () => {
      const name = await made();
      const commands: string[] = [];
      const usual = bench.promtool;
      bench.promtool = (command, body) => {
        commands.push(command.slice(0, 4).join(' '));
        expect(body.HostConfig).to.include({ NetworkMode: 'none', ReadonlyRootfs: true });
        expect(body.HostConfig?.Mounts?.every(({ ReadOnly }) => ReadOnly)).to.equal(true);
        return usual(command, body);
      };
      await bench.run('VerifyBackup');
      expect(commands).to.deep.equal(['promtool tsdb list /backup', 'promtool tsdb analyze /backup']);
      expect(readdirSync(inside(name))).to.include('verified.json');
    });

    for (const [what, damage, words] of [
      ['a changed file', (path: string) => appendFileSync(path, 'x'), 'index is not as written'],
      ['a missing file', (path: string) => rmSync(path), 'index is missing'],
      ['a file too many', (path: string) => writeFileSync(`${path}.new`, ''), 'index.new has no checksum'],
    ] as const)
      it(`with ${what} is told of, and is not taken for good any more`, async () => {
        const name = await made();
        const block = readdirSync(inside(name, 'prometheus'))[0] ?? '';
        const index = inside(name, 'prometheus', block, 'index');
        chmodSync(index, 0o600);
        damage(index);
        expect(await failure(bench.run('VerifyBackup'))).to.contain(words);
        expect(bench.entries()).to.deep.equal([`${name}.failed`]);
        await bench.backUp();
        expect(bench.entries()).to.deep.equal(['20261123T031500Z']);
      });

    it('and refused by promtool is told of with its own words', async () => {
      const name = await made();
      bench.promtool = () => ({ exitCode: 1, output: 'corrupted block: read TOC: invalid checksum' });
      expect(await failure(bench.run('VerifyBackup'))).to.contain('read TOC: invalid checksum');
      expect(bench.entries()).to.deep.equal([`${name}.failed`]);
    });

    it('and lacks a block that promtool should see is told of', async () => {
      await made();
      bench.promtool = () => ({ exitCode: 0, output: 'BLOCK ULID' });
      expect(await failure(bench.run('VerifyBackup'))).to.contain('does not show the block');
    });

    it('while the engine is away stays what it is, to be read back later', async () => {
      const name = await made();
      bench.engine = { createContainer: () => Promise.reject(new Error('the engine is away')) };
      expect(await failure(bench.run('VerifyBackup'))).to.contain('the engine is away');
      expect(bench.entries()).to.deep.equal([name]);
    });
  });

  describe('of a Grafana', () => {
    beforeEach(() => bench.run('BeginBackup'));
    const rest = async (): Promise<string> => {
      for (const op of ['SnapshotPrometheus', 'CopyBackup', 'VerifyBackup'] as const) await bench.run(op);
      return bench.entries()[0] ?? '';
    };

    it('holds all its files of one moment, in which it was paused, and its secret key with its mode', async () => {
      const calls = bench.pausing();
      await bench.run('SaveGrafana', bench.grafana());
      expect(calls).to.deep.equal(['pause', 'unpause']);
      const name = await rest();
      expect(readdirSync(inside(name, 'grafana')).sort()).to.deep.equal(['grafana.db', 'grafana.db-wal', 'secret-key']);
      expect(statSync(inside(name, 'grafana/secret-key')).mode & 0o777).to.equal(0o400);
      expect(record(name)?.grafana?.files.map(({ mode }) => mode)).to.deep.equal([0o640, 0o640, 0o400]);
      expect(readFileSync(inside(name, 'SHA256SUMS'), 'utf8')).to.contain('  grafana/grafana.db-wal\n');
      expect(readdirSync(join(root(), 'state/backup')), 'nothing of it stays in the state').to.deep.equal([]);
    });

    it('is copied again when somebody wrote meanwhile, and given up after three times', async () => {
      const grafana = bench.grafana();
      const write = (): void => appendFileSync(`${grafana.database}-wal`, 'more');
      const calls = bench.pausing((pause) => (pause === 1 ? write() : undefined));
      await bench.run('SaveGrafana', grafana);
      expect(calls).to.deep.equal(['pause', 'unpause', 'pause', 'unpause']);
      await bench.run('BeginBackup');
      const endless = bench.pausing(write);
      expect(await failure(bench.run('SaveGrafana', grafana))).to.contain(
        'was written to while it was copied, 3 times',
      );
      expect(endless.at(-1)).to.equal('unpause');
    });

    it('takes no link and no pipe for a file of the database, does not wait at one, and is resumed', async () => {
      const calls = bench.pausing();
      const grafana = bench.grafana();
      rmSync(`${grafana.database}-wal`);
      symlinkSync('/etc/passwd', `${grafana.database}-wal`);
      expect(await failure(bench.run('SaveGrafana', grafana))).to.contain('grafana.db-wal is no regular file');
      rmSync(`${grafana.database}-wal`);
      execFileSync('mkfifo', [`${grafana.database}-wal`]);
      await bench.run('BeginBackup');
      expect(await failure(bench.run('SaveGrafana', grafana))).to.contain('grafana.db-wal is no regular file');
      expect(calls).to.deep.equal(['pause', 'unpause', 'pause', 'unpause']);
    });

    it('is resumed whatever fails', async () => {
      const calls = bench.pausing();
      const grafana = bench.grafana();
      writeFileSync(grafana.database, 'no database at all'.repeat(20));
      expect(await failure(bench.run('SaveGrafana', grafana))).to.contain('is no SQLite database');
      expect(calls).to.deep.equal(['pause', 'unpause']);
    });

    it('that is cut off is told of', async () => {
      bench.pausing();
      const grafana = bench.grafana();
      writeFileSync(grafana.database, readFileSync(grafana.database).subarray(0, 5000));
      expect(await failure(bench.run('SaveGrafana', grafana))).to.contain('is cut off: it has 5000 bytes of 8192');
    });

    it('that does not run is copied as it lies there, and one that never ran is left out', async () => {
      const { container: _, ...stopped } = bench.grafana();
      await bench.run('SaveGrafana', stopped);
      rmSync(stopped.database);
      expect(readdirSync(inside(bench.entries()[0] ?? '', 'grafana'))).to.include('grafana.db');
      await bench.run('BeginBackup');
      await bench.run('SaveGrafana', stopped);
      const name = await rest();
      expect(readdirSync(inside(name))).not.to.include('grafana');
    });
  });

  describe('as it is seen', () => {
    const look = (observer = new BackupObserver(Date.now)) => observer.look(bench.directory);

    it('is told of in words where its place is no directory', async () => {
      rmSync(bench.directory, { recursive: true, force: true });
      mkdirSync(dirname(bench.directory), { recursive: true });
      writeFileSync(bench.directory, '');
      const seen = await look();
      expect(seen).to.deep.equal({
        state: 'unreadable',
        error: 'it, or something above it, is not a directory',
      });
    });

    it('is read from its own directory, without any memory', async () => {
      bench.prometheus.addBlock();
      expect(await look()).to.deep.equal({ state: 'seen', complete: [], failed: [], leftovers: [] });
      await bench.backUp();
      mkdirSync(inside('20261101T000000Z.partial'));
      mkdirSync(inside('20261102T000000Z.failed'));
      mkdirSync(inside('lost+found'));
      const seen = await look();
      expect(seen).to.deep.include({ failed: ['20261102T000000Z'], leftovers: ['20261101T000000Z.partial'] });
      expect(seen.state === 'seen' && seen.complete[0]).to.include({
        name: '20261123T031500Z',
        startedAt: Date.UTC(2026, 10, 23, 3, 15),
        isVerified: true,
        hasGrafana: false,
        blocks: 2,
      });
    });

    it('is missing, or says why it cannot be read', async () => {
      rmSync(bench.target, { recursive: true });
      expect(await look()).to.deep.equal({ state: 'missing' });
      writeFileSync(bench.target, '');
      expect(await look()).to.include({ state: 'unreadable' });
    });

    it('is read again only when it changed', async () => {
      await bench.run('BeginBackup');
      for (const op of ['SnapshotPrometheus', 'CopyBackup'] as const) await bench.run(op);
      const observer = new BackupObserver(() => Date.now() + 60_000);
      const [name = ''] = bench.entries();
      const first = await look(observer);
      await bench.run('VerifyBackup');
      const second = await look(observer);
      expect(second).not.to.deep.equal(first);
      // In place, so that the directory is as it was.
      writeFileSync(inside(name, 'backup.json'), '{}');
      expect(await look(observer)).to.deep.equal(second);
    });
  });

  /** Mounts a disk in memory over a directory for the rest of the test; skips where that is not allowed. */
  function onTmpfs(context: Mocha.Context, path: string, options: string): void {
    if (!isRoot) skipBecause(context, 'only root may mount a disk');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    } catch {
      skipBecause(context, 'no disk can be mounted here');
    }
    mounted.push(path);
  }
  const mounted: string[] = [];
  afterEach(() => {
    for (const path of mounted.splice(0)) execFileSync('umount', [path]);
  });
});
