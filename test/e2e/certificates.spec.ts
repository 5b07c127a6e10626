import { chownSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HistoryLine } from '../../src/status/history.ts';
import type { CertificateJson } from '../../src/status/certificate-json.ts';
import { MutualTls, NOBODY, OFTEN, scrapeJob } from '../support/mutual-tls.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';

describe('certificates: issued, served by real programs, renewed, compared', function () {
  this.timeout(180_000);
  let tls: MutualTls;
  let operator: Operator;

  before(async function () {
    tls = await MutualTls.open(this, 'certs', ['prometheus', 'node-exporter', 'traefik']);
    const { place } = tls;
    place.desired.write(
      '10-certificates.yaml',
      tls.authority(),
      tls.certificate('operator', { owner: undefined }),
      tls.certificate('plain', { ipAddresses: ['192.0.2.7'] }),
      tls.certificate('prom', { consumers: [tls.consumer('prom', 'prometheus')] }),
      tls.certificate('node', { consumers: [tls.consumer('node', 'node-exporter')] }),
      tls.certificate('gateway', { consumers: [tls.consumer('gateway', 'traefik', { signal: 'SIGHUP' })] }),
      tls.certificate('deaf', {
        consumers: [tls.consumer('deaf', 'traefik', { served: { port: 8443, within: '3s' } })],
      }),
    );
    place.desired.write(
      '20-containers.yaml',
      tls.network(),
      tls.prometheus('prom', [scrapeJob('node', 'node:9100', 'node.lab'), scrapeJob('prom', 'prom:9090', 'prom.lab')]),
      tls.nodeExporter('node'),
      tls.traefik('gateway'),
      tls.traefik('deaf'),
    );
    operator = tls.place.start({ flags: OFTEN });
    await operator.result('converged', 2 * PATIENCE);
  });

  after(() => tls?.place.close());

  /** Certificates by name, as `bastion certs --json` shows them. */
  async function certs(): Promise<Record<string, CertificateJson>> {
    const { code, stdout, stderr } = await tls.place.command('certs', ['--json']);
    expect(code, stderr).to.equal(0);
    const { certificates } = JSON.parse(stdout) as { certificates: CertificateJson[] };
    return Object.fromEntries(certificates.map((each) => [each.key.replace(/^.*\//, ''), each]));
  }

  /** Waits until a consumer is known to serve what lies on the disk, and until nothing is left to do. */
  async function settled(name: string): Promise<CertificateJson> {
    return operator.until(async (status) => {
      const found = status.certificates.find(({ key }) => key === `Certificate/${name}`);
      expect(found?.file?.serial, 'file').to.equal(tls.serial(name));
      expect(found?.consumers).to.have.length(1);
      for (const { served, isCurrent } of found?.consumers ?? []) {
        expect(isCurrent, JSON.stringify(served)).to.equal(true);
      }
      expect(status.result).to.equal('converged');
      return found as CertificateJson;
    }, 2 * PATIENCE);
  }

  /** Lines of one resource that were written since then. */
  function since(count: number, target: string): HistoryLine[] {
    return tls.place
      .history()
      .slice(count)
      .filter((line) => line.target === target);
  }

  /** Asks for a new one and waits until another one is on the disk. */
  async function renew(name: string): Promise<{ before: string; lines: number }> {
    const before = tls.serial(name);
    const lines = tls.place.history().length;
    expect(await tls.place.command('certs', ['renew', name])).to.include({ code: 0, stderr: '' });
    await operator.until(() => expect(tls.serial(name)).to.not.equal(before));
    return { before, lines };
  }

  it('real programs come up with them and trust each other', async () => {
    await operator.until(async () => expect(await tls.query('prom', 'up')).to.deep.equal({ node: 1, prom: 1 }));
    expect((await tls.ask('gateway', 'traefik')).serial).to.equal(tls.serial('gateway'));
  });

  it('bastion certs shows everything, what is served now included, soonest expiry first', async () => {
    await settled('node');
    const all = await certs();
    expect(Object.keys(all)).to.have.members(['root', 'operator', 'plain', 'prom', 'node', 'gateway', 'deaf']);
    expect(Object.keys(all).at(-1), 'the authority lasts longest').to.equal('root');
    for (const [name, program] of [
      ['prom', 'prometheus'],
      ['node', 'node-exporter'],
      ['gateway', 'traefik'],
      ['deaf', 'traefik'],
    ] as const) {
      const shown = all[name];
      expect(shown?.file?.serial, name).to.equal(tls.serial(name));
      expect(shown, name).to.deep.include({ names: [`${name}.lab`], issuer: 'root', problems: [] });
      expect(shown?.consumers, name).to.have.length(1);
      expect(shown?.consumers[0], name).to.deep.include({ name: tls.place.name(name), isCurrent: true });
      const { served } = shown?.consumers[0] ?? {};
      expect(served?.state === 'served' ? served.serial : served, name).to.equal((await tls.ask(name, program)).serial);
      const days = (Date.parse(shown?.file?.notAfter ?? '') - Date.parse(shown?.renewalAt ?? '')) / 86_400_000;
      expect(days, name).to.equal(30);
    }
    expect(all['plain']).to.deep.include({ names: ['plain.lab', '192.0.2.7'], consumers: [] });
    const { stdout } = await tls.place.command('certs');
    for (const word of [
      'NAME',
      'VALID UNTIL',
      'SERIAL',
      'root (authority)',
      'node.lab',
      tls.serial('node').slice(0, 8),
    ])
      expect(stdout).to.contain(word);
    expect(stdout).to.match(new RegExp(`served +${tls.place.name('node').slice(0, 20)}\\S* +same`));
  });

  it('renewed on demand: node_exporter serves it without being told, and the history tells the steps', async () => {
    const { before, lines } = await renew('node');
    await settled('node');
    expect((await tls.ask('node', 'node-exporter')).serial)
      .to.equal(tls.serial('node'))
      .and.not.to.equal(before);
    const steps = since(lines, 'Certificate/node');
    // A look by schedule may come first: then there is nothing left to verify.
    expect(steps.map(({ op, result }) => `${op} ${result}`)[0]).to.equal('IssueCertificate done');
    expect(steps.filter(({ result }) => result !== 'done' && result !== 'requeueAfter')).to.deep.equal([]);
    expect(steps[0]?.cause).to.equal('renewal requested');
    expect(steps.map(({ op }) => op)).to.not.include('RestartContainer');
    const { stdout } = await tls.place.command('history', ['Certificate/node']);
    expect(stdout).to.contain('renewal requested');
    await operator.until(() =>
      expect(since(lines, 'Certificate/node').map(({ op }) => op)).to.include('RemovePreviousPairs'),
    );
    await operator.until(async () => expect(await tls.query('prom', 'up')).to.deep.equal({ node: 1, prom: 1 }));
  });

  it('a consumer that needs a signal gets one, and goes on without a restart', async () => {
    const { StartedAt } = (await tls.place.inspect('gateway')).State;
    const { before, lines } = await renew('gateway');
    await settled('gateway');
    expect((await tls.ask('gateway', 'traefik')).serial)
      .to.equal(tls.serial('gateway'))
      .and.not.to.equal(before);
    const steps = since(lines, 'Certificate/gateway').map(({ op }) => op);
    expect(steps.slice(0, 3)).to.deep.equal(['IssueCertificate', 'SignalContainer', 'VerifyServed']);
    expect((await tls.place.inspect('gateway')).State.StartedAt).to.equal(StartedAt);
  });

  it('a consumer that does not take the new one is restarted once, and serves it then', async () => {
    const { lines } = await renew('deaf');
    await settled('deaf');
    expect((await tls.ask('deaf', 'traefik')).serial).to.equal(tls.serial('deaf'));
    const steps = since(lines, 'Certificate/deaf').map(({ op, result }) => `${op} ${result}`);
    expect(steps.slice(0, 4)).to.deep.equal([
      'IssueCertificate done',
      'VerifyServed retry',
      'RestartContainer done',
      'VerifyServed done',
    ]);
    expect(steps.filter((step) => step.startsWith('RestartContainer'))).to.have.length(1);
  });

  it('one that serves something else for good is restarted once, then Degraded, and Ready by itself when mended', async () => {
    const copy = join(tls.place.directory, 'copy');
    mkdirSync(copy);
    const consumer = tls.consumer('copied', 'traefik', { served: { port: 8443, within: '3s' } });
    tls.place.desired.write('30-copied.yaml', tls.certificate('copied', { consumers: [] }));
    await operator.until(() => tls.serial('copied'));
    const copyAll = (): void => {
      for (const file of ['tls.crt', 'tls.key', 'ca.crt']) {
        rmSync(join(copy, file), { force: true });
        copyFileSync(join(tls.directory('copied'), file), join(copy, file));
        chownSync(join(copy, file), NOBODY, NOBODY);
      }
    };
    copyAll();
    tls.place.desired.write(
      '30-copied.yaml',
      tls.certificate('copied', { consumers: [consumer] }),
      tls.traefik('copied', copy),
    );
    await settled('copied');
    const { lines } = await renew('copied');
    const degraded = await operator.until((status) => {
      const found = conditionOf(status, 'Certificate/copied', 'Degraded');
      expect(found?.reason).to.equal('StaleCertificateServed');
      return found;
    }, 2 * PATIENCE);
    expect(degraded?.message).to.contain(tls.place.name('copied'));
    const restarts = (): number =>
      tls.place
        .history()
        .slice(lines)
        .filter(({ op }) => op === 'RestartContainer').length;
    expect(restarts()).to.equal(1);
    expect((await certs())['copied']?.problems.join()).to.match(/StaleCertificateServed/);
    copyAll();
    await tls.place.engine.signalContainer(tls.place.name('copied'), 'SIGHUP');
    await settled('copied');
    expect(conditionOf(await operator.status(), 'Certificate/copied', 'Degraded')).to.equal(undefined);
    expect(restarts(), 'no other restart').to.equal(1);
  });
});
