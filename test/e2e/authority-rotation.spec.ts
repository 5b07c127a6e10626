import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { HistoryLine } from '../../src/status/history.ts';
import { MutualTls, OFTEN, scrapeJob } from '../support/mutual-tls.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { authorityOf, makeAuthority, type TestAuthority } from '../support/test-authority.ts';
import { readByNames, readVersion, tlsCall, type TlsIdentity } from '../support/tls-call.ts';
import { TlsService } from '../support/tls-service.ts';
import { TlsTraffic, type TrafficTarget } from '../support/tls-traffic.ts';

const LEAVES = ['gateway', 'node', 'operator', 'peer', 'prom', 'visitor'] as const;

describe('a new root under live mTLS traffic: no handshake fails', function () {
  this.timeout(240_000);
  let tls: MutualTls;
  let operator: Operator;
  let targets: TrafficTarget[];
  const services: TlsService[] = [];

  before(async function () {
    tls = await MutualTls.open(this, 'rotation', ['prometheus', 'node-exporter', 'traefik']);
    const { place } = tls;
    putRoot(await makeAuthority('root'));
    const certificates = (...peers: readonly object[]): void =>
      place.desired.write(
        '10-certificates.yaml',
        tls.authority({}),
        tls.certificate('operator'),
        tls.certificate('visitor'),
        tls.certificate('peer', { consumers: peers }),
        tls.certificate('node', { consumers: [tls.consumer('node', 'node-exporter')] }),
        tls.certificate('gateway', { consumers: [tls.consumer('gateway', 'traefik', { signal: 'SIGHUP' })] }),
      );
    certificates();
    place.desired.write('20-containers.yaml', tls.network(), tls.nodeExporter('node'), tls.traefik('gateway'));
    operator = place.start({ flags: OFTEN });
    await operator.result('converged', 2 * PATIENCE);

    const gateway = await tls.gateway();
    const readers = { 'by version': byVersion('peer'), 'by names': byNames('peer') };
    targets = [];
    for (const [name, read] of Object.entries(readers)) {
      const service = new TlsService(read);
      services.push(service);
      targets.push({ name, host: gateway, port: await service.listen(gateway), serverName: 'peer.lab' });
    }
    certificates(...targets.map(({ host, port }) => ({ served: { address: host, port } })));
    const jobs = targets.map(({ name, host, port }) => scrapeJob(name, `${host}:${port}`, 'peer.lab'));
    const own = [scrapeJob('node', 'node:9100', 'node.lab'), scrapeJob('itself', 'prom:9090', 'prom.lab')];
    place.desired.write(
      '30-prometheus.yaml',
      tls.certificate('prom', { consumers: [tls.consumer('prom', 'prometheus')] }),
      tls.prometheus('prom', [...own, ...jobs]),
    );
    await operator.until(async (status) => {
      expect(status.result).to.equal('converged');
      const up = await tls.query('prom', 'up');
      expect(up).to.deep.equal({ node: 1, itself: 1, 'by version': 1, 'by names': 1 });
    }, 2 * PATIENCE);
    targets.push(
      { name: 'Prometheus', host: await tls.address('prom'), port: 9090, serverName: 'prom.lab' },
      { name: 'node_exporter', host: await tls.address('node'), port: 9100, serverName: 'node.lab' },
      { name: 'Traefik', host: await tls.address('gateway'), port: 8443, serverName: 'gateway.lab' },
    );
  });

  after(async () => {
    await Promise.all(services.map((service) => service.close()));
    await tls?.place.close();
  });

  function byVersion(name: string): () => TlsIdentity {
    return () => readVersion(tls.directory(name));
  }

  function byNames(name: string): () => TlsIdentity {
    const { pki } = tls;
    const paths = { cert: `${pki}/certs/${name}.crt`, key: `${pki}/private/${name}.key`, ca: bundle() };
    return () => readByNames(paths);
  }

  function bundle(): string {
    return join(tls.pki, 'certs/root-bundle.crt');
  }

  /** As a person or other automation puts a pair in place: one file, then the other. */
  function putRoot({ certificate, key }: Pick<TestAuthority, 'certificate' | 'key'>): void {
    for (const [path, text, mode] of [
      ['private/root.key', key, 0o400],
      ['certs/root.crt', certificate, 0o444],
    ] as const) {
      const target = join(tls.pki, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(`${target}.new`, text, { mode });
      renameSync(`${target}.new`, target);
    }
  }

  /** Rotates under traffic, and expects all that must hold on the way and in the end. */
  async function rotate(exchange: () => void | Promise<void>, newRoot: () => string): Promise<void> {
    const oldRoot = authorityOf(tls.root().certificate, tls.root().key);
    const lines = tls.place.history().length;
    const lives = await Promise.all(['prom', 'node', 'gateway'].map((short) => life(short)));
    const serversBefore = services.map(({ handshakes }) => handshakes);
    const began = Date.now();
    const traffic = new TlsTraffic({ careful: byVersion('visitor'), plain: byNames('visitor') }, targets);
    try {
      // All of them are at it before anything changes.
      await operator.until(() => expect(Object.keys(traffic.handshakes)).to.have.length(2 * targets.length));
      await exchange();
      await operator.until((status) => expectOver(status, newRoot()), 3 * PATIENCE);
      const atTheEnd = { ...traffic.handshakes };
      await operator.until(() => {
        for (const [way, count] of Object.entries(traffic.handshakes))
          expect(count, way).to.be.above((atTheEnd[way] ?? 0) + 1);
      });
      await expectScrapes(began);
    } finally {
      await traffic.stop();
    }
    expect(traffic.failures, traffic.failures.join('\n')).to.deep.equal([]);
    for (const [index, service] of services.entries()) {
      expect(service.failures, 'as the servers saw it').to.deep.equal([]);
      expect(service.handshakes).to.be.above(serversBefore[index] ?? 0);
    }
    expectActs(tls.place.history().slice(lines));
    await expectNewOnly(oldRoot, newRoot());
    expect(await Promise.all(['prom', 'node', 'gateway'].map((short) => life(short))), 'restarted').to.deep.equal(
      lives,
    );
  }

  async function life(short: string): Promise<string> {
    const { Id, State } = await tls.place.inspect(short);
    return `${Id} ${State.StartedAt}`;
  }

  function expectOver(status: Awaited<ReturnType<Operator['status']>>, newRoot: string): void {
    expect(status.result).to.equal('converged');
    expect(conditionOf(status, 'CertificateAuthority/root', 'Ready')?.reason).to.equal('Usable');
    expect(readFileSync(bundle(), 'utf8').trim()).to.equal(newRoot.trim());
    const root = new X509Certificate(newRoot);
    for (const name of LEAVES) {
      const leaf = new X509Certificate(readVersion(tls.directory(name)).cert);
      expect(leaf.verify(root.publicKey), `${name} is of the new root`).to.equal(true);
    }
    for (const { key, consumers } of status.certificates)
      for (const { name, isCurrent } of consumers) expect(isCurrent, `${key} as served by ${name}`).to.equal(true);
  }

  /** Prometheus' own account of the whole time. */
  async function expectScrapes(began: number): Promise<void> {
    const range = `${Math.ceil((Date.now() - began) / 1000)}s`;
    const worst = await tls.query('prom', `min_over_time(up[${range}])`);
    expect(worst).to.deep.equal({ node: 1, itself: 1, 'by version': 1, 'by names': 1 });
  }

  /** All trust both; then all are reissued, with their keys; then nobody trusts the old one. */
  function expectActs(history: readonly HistoryLine[]): void {
    const place = (test: (line: HistoryLine) => boolean): number[] =>
      history.flatMap((line, index) => (test(line) && line.result === 'done' ? [index] : []));
    const bundles = history.filter(({ op }) => op === 'WriteBundle');
    expect(bundles.map(({ cause }) => cause)).to.deep.equal([
      'authority rotated: the new one is trusted beside the old one',
      'authority rotated: nobody shows a certificate of the old one any more',
    ]);
    expect(bundles.map(({ fields }) => fields.map(({ got }) => (got as string[]).length))).to.deep.equal([[1], [2]]);
    const [beside = -1, alone = -1] = place(({ op }) => op === 'WriteBundle');
    for (const name of LEAVES) {
      const target = `Certificate/${name}`;
      const [first = -1, second = -1, ...more] = place((line) => line.op === 'UpdateTrust' && line.target === target);
      const issued = place((line) => line.op === 'IssueCertificate' && line.target === target);
      expect(issued, `${name} is issued once`).to.have.length(1);
      expect(more, `trust of ${name}`).to.deep.equal([]);
      expect(history[issued[0] ?? -1]?.cause).to.equal('authority rotated');
      expect([beside, first, issued[0] ?? -1, alone], name).to.deep.equal(
        [beside, first, issued[0] ?? -1, alone].sort((a, b) => a - b),
      );
      expect(second, `${name} drops the old one in the end`).to.be.above(alone);
    }
    const spread = place(({ op, target }) => op === 'UpdateTrust' && target.startsWith('Certificate/'));
    const issues = place(({ op }) => op === 'IssueCertificate');
    expect(spread.filter((index) => index < alone).every((index) => index < Math.min(...issues))).to.equal(true);
  }

  async function expectNewOnly(oldRoot: TestAuthority, newRoot: string): Promise<void> {
    for (const name of LEAVES) expect(readVersion(tls.directory(name)).ca.trim(), name).to.equal(newRoot.trim());
    const late = await oldRoot.issue('visitor.lab');
    const current = readVersion(tls.directory('visitor'));
    const expected = { Prometheus: 'prom', node_exporter: 'node', Traefik: 'gateway' } as Record<string, string>;
    for (const { name, ...target } of targets) {
      const { serial } = await tlsCall({ ...target, ca: newRoot, identity: current });
      expect(serial, name).to.equal(tls.serial(expected[name] ?? 'peer'));
      const stranger = { cert: late.certificate, key: late.key };
      // A Traefik that was told takes up to two seconds to load what it was told of.
      await operator.until(async () => {
        const outcome = await tlsCall({ ...target, ca: newRoot, identity: stranger }).then(
          () => 'admitted',
          () => 'refused',
        );
        expect(outcome, `${name}: a client of the old root`).to.equal('refused');
      });
    }
    for (const service of services) service.failures.length = 0;
  }

  it('another pair in the place of the old one, of the same name', async () => {
    const next = await makeAuthority('root');
    await rotate(
      () => putRoot(next),
      () => next.certificate,
    );
  });

  it('other files named, where a root is made', async () => {
    const named = { certificate: join(tls.pki, 'certs/root-2.crt'), key: join(tls.pki, 'private/root-2.key') };
    const before = tls.root();
    const old = join(tls.place.desired.path, '10-certificates.yaml');
    await rotate(
      () => {
        const text = readFileSync(old, 'utf8');
        const spec = JSON.stringify({ ...named, create: true });
        tls.place.desired.writeText(
          '10-certificates.yaml',
          text.replace(/^(  name: root\nspec:) \{\}$/m, `$1 ${spec}`),
        );
      },
      () => readFileSync(named.certificate, 'utf8'),
    );
    expect(tls.root(), 'the old pair is not touched').to.deep.equal(before);
  });
});
