import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { createStatusServer } from '../../../src/status/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { snapshot } from '../../support/trace-events.ts';
import { BackupWorkbench } from '../apply/backup-workbench.ts';
import { memoryOutput } from './support.ts';

describe('bastion backup and bastion restore', function () {
  this.timeout(20_000);
  const root = temporaryDirectory('restore');
  let bench: BackupWorkbench;
  const first = '20261123T031500Z';

  beforeEach(async () => {
    bench = await BackupWorkbench.open(root());
    mkdirSync(join(root(), 'desired'));
    writeFileSync(
      join(root(), 'desired/stack.yaml'),
      [
        `{apiVersion: bastion.lab/v1, kind: Bastion, metadata: {name: home}, spec: {allowedRoots: [${dirname(root())}, /opt, /etc/pki]}}`,
        '{apiVersion: bastion.lab/v1, kind: CertificateAuthority, metadata: {name: lab}, spec: {create: true}}',
        '{apiVersion: bastion.lab/v1, kind: Prometheus, metadata: {name: prometheus}}',
        `{apiVersion: bastion.lab/v1, kind: Backup, metadata: {name: nightly}, spec: {directory: ${bench.target}, prometheus: prometheus}}`,
      ].join('\n---\n'),
    );
  });
  afterEach(() => bench.prometheus.close());

  async function bastion(...args: string[]): Promise<{ code: number; text: string; errors: string }> {
    const [output, errors] = [memoryOutput(), memoryOutput()];
    const at = (name: string): string[] => [`--${name}`, join(root(), name)];
    const places = ['--desired-state', join(root(), 'desired'), ...at('state'), ...at('gates')];
    const [command = '', ...rest] = args;
    const environment = { BASTION_CONFIG: '' };
    const code = await dispatch([command, ...rest, ...places], environment, {
      output: () => output,
      errors: () => errors,
    });
    return { code, text: output.text, errors: errors.text };
  }
  const to = (name = 'restored'): string => join(root(), name);

  it('lists what there is, newest first, with age, size and whether it was read back', async () => {
    expect((await bastion('backup')).text)
      .to.contain('Backup/nightly')
      .and.contain('none yet');
    bench.prometheus.addBlock();
    await bench.backUp();
    await bench.clock.advance(86_400_000);
    for (const op of ['BeginBackup', 'SnapshotPrometheus', 'CopyBackup'] as const) await bench.run(op);
    mkdirSync(join(bench.directory, '20261101T000000Z.failed'));
    const { text } = await bastion('backup');
    expect(
      text
        .split('\n')
        .slice(1, 4)
        .map((line) => line.trim().split('  ')[0]),
    ).to.deep.equal(['20261124T031500Z', first, '20261101T000000Z']);
    expect(text).to.match(/20261124T031500Z .* kB \(.* new\) .*not read back\n/);
    expect(text)
      .to.match(/20261123T031500Z .* read back\n/)
      .and.match(/20261101T000000Z {2}damaged\n/);
    const { backups } = JSON.parse((await bastion('backup', '--json')).text) as { backups: { complete: unknown[] }[] };
    expect(backups[0]?.complete).to.have.length(2);
  });

  it('asks the running operator for one now, and says where none runs', async () => {
    expect((await bastion('backup', 'now', 'nightly')).errors).to.contain('no operator runs');
    expect((await bastion('backup', 'now', 'nighty')).errors).to.contain('did you mean nightly?');
    const asked: string[] = [];
    const server = await createStatusServer(
      {
        snapshot: () => snapshot(),
        metrics: () => Promise.resolve(''),
        history: () => [],
        now: () => 0,
        live: () => ({ ok: true, reason: '' }),
        ready: () => ({ ok: true, reason: '' }),
        reconcile: () => undefined,
        retry: () => undefined,
        backUp: (name) => asked.push(name) > 0,
        renew: () => 'unknown',
        testNotification: () => Promise.resolve(undefined),
      },
      { socket: join(root(), 'state/control.sock') },
    );
    try {
      expect((await bastion('backup', 'now', 'Backup/nightly')).text).to.contain('Backup/nightly is made now');
      expect(asked).to.deep.equal(['nightly']);
    } finally {
      await server.close();
    }
  });

  it('lays the newest good one out as a data directory, and Grafana with its modes', async () => {
    const block = bench.prometheus.addBlock();
    await bench.run('BeginBackup');
    bench.pausing();
    await bench.run('SaveGrafana', bench.grafana());
    for (const op of ['SnapshotPrometheus', 'CopyBackup', 'VerifyBackup'] as const) await bench.run(op);
    const { code, text } = await bastion('restore', 'nightly', '--to', to());
    expect(code).to.equal(0);
    expect(text).to.contain('all checksums are right').and.contain('a data directory of Prometheus');
    expect(readFileSync(join(to(), 'prometheus', block, 'chunks/000001'))).to.deep.equal(
      readFileSync(join(bench.prometheus.data, block, 'chunks/000001')),
    );
    expect(readdirSync(join(to(), 'grafana')).sort()).to.deep.equal(['grafana.db', 'grafana.db-wal', 'secret-key']);
    const mode = (name: string): number => statSync(join(to(), name)).mode & 0o777;
    expect([mode('grafana/secret-key'), mode('grafana/grafana.db'), mode(`prometheus/${block}/index`)]).to.deep.equal([
      0o400, 0o640, 0o640,
    ]);
  });

  it('lays one part right into a directory that holds nothing but its sentinel', async () => {
    const block = bench.prometheus.addBlock();
    await bench.backUp();
    mkdirSync(to());
    writeFileSync(join(to(), '.bastion-sentinel'), 'id');
    expect((await bastion('restore', 'nightly', '--only', 'prometheus', '--to', to())).code).to.equal(0);
    expect(readdirSync(to())).to.include(block).and.include('.bastion-sentinel');
  });

  it('takes the one that is named, from a directory without any desired state', async () => {
    bench.prometheus.addBlock();
    await bench.backUp();
    const old = bench.prometheus.addBlock();
    await bench.backUp();
    const lost = ['--desired-state', join(root(), 'nowhere')];
    const { code } = await bastion('restore', bench.directory, '--backup', first, '--to', to(), ...lost);
    expect(code).to.equal(0);
    expect(existsSync(join(to(), 'prometheus', old))).to.equal(false);
  });

  describe('refuses', () => {
    beforeEach(async () => {
      bench.prometheus.addBlock();
      await bench.backUp();
    });

    it('to lay anything over something', async () => {
      mkdirSync(to());
      writeFileSync(join(to(), 'mine'), 'mine');
      const { code, errors } = await bastion('restore', 'nightly', '--to', to());
      expect(code).to.equal(1);
      expect(errors).to.contain('is not empty (it holds mine)');
      expect(readdirSync(to())).to.deep.equal(['mine']);
    });

    it('to lay anything where gates are opened, or the operator keeps its state', async () => {
      for (const place of ['gates', 'gates/x', 'state/x']) {
        const { code, errors } = await bastion('restore', 'nightly', '--to', join(root(), place));
        expect([place, code]).to.deep.equal([place, 1]);
        expect(errors).to.contain('belongs to the operator and its human');
      }
      expect(existsSync(join(root(), 'gates'))).to.equal(false);
    });

    it('a backup that is not whole, before anything is laid out', async () => {
      const block = readdirSync(join(bench.directory, first, 'prometheus'))[0] ?? '';
      const index = join(bench.directory, first, 'prometheus', block, 'index');
      chmodSync(index, 0o600);
      writeFileSync(index, 'decayed');
      const { code, errors } = await bastion('restore', 'nightly', '--to', to());
      expect(code).to.equal(1);
      expect(errors).to.contain('index is not as written');
      expect(existsSync(to())).to.equal(false);
    });

    for (const [args, words] of [
      [['nightly', '--backup', '20200101T000000Z'], `it has ${first}`],
      [['nightly', '--only', 'grafana'], 'holds no Grafana'],
      [['nightly', '--only', 'loki'], '--only must be prometheus or grafana'],
      [[], 'restore what, and where?'],
    ] as const)
      it(`restore ${args.join(' ')}`, async () => {
        expect((await bastion('restore', ...args, '--to', to())).errors).to.contain(words);
      });
  });

  it('refuses one that was not read back unless it is named', async () => {
    bench.prometheus.addBlock();
    for (const op of ['BeginBackup', 'SnapshotPrometheus', 'CopyBackup'] as const) await bench.run(op);
    const [name = ''] = bench.entries();
    expect((await bastion('restore', 'nightly', '--to', to())).errors).to.contain('name one with --backup');
    expect((await bastion('restore', 'nightly', '--backup', name, '--to', to())).code).to.equal(0);
  });
});
