import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { privateEngineDirectory } from '../../scripts/engine.ts';
import { privateEngineHost, restartPrivateEngine } from '../../scripts/support/private-engine.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { shippedFor, type ShippedFiles } from '../support/shipped-stack.ts';
import { skipBecause } from '../support/skip.ts';
import { PORTS, StackPlace } from '../support/stack-place.ts';
import { makeAuthority } from '../support/test-authority.ts';
import { testEngine } from '../support/test-engine.ts';

/** Megabytes that each member may have. */
const LIMITS = { traefik: 256, prometheus: 512, 'node-exporter': 64, 'adguard-exporter': 40 } as const;
const MEMBERS = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
const ALL_UP = { 'adguard-exporter': 1, bastion: 1, 'node-exporter': 1, prometheus: 1, traefik: 1 };
const REFUSED = /alert|certificate required|handshake|ECONNRESET|socket hang up|EPROTO|EPIPE/i;
const MEGABYTE = 1024 * 1024;
const GRAFANA = '50-grafana.yaml';

describe('the monitoring stack as shipped', function () {
  this.timeout(180_000);
  let stack: StackPlace;
  let operator: Operator;
  let files: ShippedFiles;

  before(async function () {
    stack = await StackPlace.open(this, 'stack');
    const exporter = (await testEngine())?.images['adguard-exporter'];
    if (exporter?.available !== true) return skipBecause(this, exporter?.reason ?? 'no image of the exporter');
    files = shippedFor(stack, {
      CertificateAuthority: { create: true },
      // No port of this machine that another test may have.
      Traefik: { ports: { web: 0, websecure: 0 } },
      Prometheus: { scrapeInterval: '1s', scrapeTimeout: '1s' },
      // The root of a machine that is a container itself is no shared mount.
      NodeExporter: { followMounts: false },
      AdGuardExporter: { image: exporter.reference, adguard: undefined },
    });
    for (const [file, manifests] of Object.entries(files))
      if (file !== GRAFANA) stack.place.desired.write(file, ...manifests.filter((each) => !waitsForGrafana(each)));
    operator = stack.start();
  });

  after(() => stack?.close());

  /** Grafana comes last: its image cannot be had everywhere. */
  function waitsForGrafana({ spec }: { spec: Readonly<Record<string, unknown>> }): boolean {
    return ((spec['dependsOn'] ?? []) as string[]).some((key) => key.startsWith('Grafana/'));
  }

  function waitingAt(gate: string): Promise<unknown> {
    return operator.until((status) => {
      expect(status.gates.find(({ key }) => key === `Gate/${gate}`)?.awaitingHuman, gate).to.equal(true);
    }, 2 * PATIENCE);
  }

  /** Every job is up, as Prometheus sees it. */
  async function up(wanted: Readonly<Record<string, number>>): Promise<void> {
    await operator.until(async () => expect(await stack.up()).to.deep.equal(wanted), 2 * PATIENCE);
  }

  describe('from nothing', () => {
    it('touches nothing before the first gate', async () => {
      await waitingAt('preconditions');
      expect(await stack.place.containers()).to.deep.equal({});
      const networks = (await stack.place.engine.listNetworks()).map(({ Name }) => Name);
      expect(networks.filter((name) => name.includes(stack.place.instance))).to.deep.equal([]);
      for (const directory of ['etc', 'opt'])
        expect(readdirSync(join(stack.root, directory)), directory).to.deep.equal([]);
    });

    it('brings up certificates, Traefik and a Prometheus that scrapes it, and halts again', async () => {
      stack.place.touch('preconditions.ok');
      await waitingAt('metrics-visible');
      expect(Object.keys(await stack.place.containers())).to.deep.equal(['prometheus', 'traefik']);
      await operator.until(async () => expect(await stack.up()).to.include({ prometheus: 1, traefik: 1 }));
    });

    it('brings up the exporters behind the second gate: every target is up, over mutual TLS', async () => {
      stack.place.touch('metrics-visible.ok');
      await operator.result('converged', 2 * PATIENCE);
      await up(ALL_UP);
      for (const { scrapeUrl } of await stack.targets()) expect(scrapeUrl).to.match(/^https:/);
    });

    it('has nothing left to do, twice in a row', async () => {
      for (const _ of [1, 2]) {
        await operator.result('converged');
        const { code, stdout } = await stack.command('plan');
        expect(stdout).to.match(/^nothing to do\n/);
        expect(code).to.equal(0);
      }
    });
  });

  describe('keeps to itself', () => {
    const HOSTS = ['gateway', 'prometheus', 'node-exporter', 'adguard-exporter', 'operator'];

    for (const host of HOSTS)
      it(`${host} answers a scrape with a certificate of the house, and nobody else`, async () => {
        expect((await stack.ask(host, { path: '/metrics' })).body).to.match(/^# HELP /m);
        const other = await makeAuthority('lab');
        const { certificate, key } = await other.issue('prometheus.lab');
        await refused('no certificate', stack.ask(host, { path: '/metrics', identity: undefined }));
        await refused('another authority', stack.ask(host, { path: '/metrics', identity: { cert: certificate, key } }));
        const plain = await askInPlain(await stack.hostAddress(host), PORTS[host] ?? 0);
        expect(plain, 'in plain').to.not.match(/# HELP/);
      });

    async function refused(title: string, call: Promise<unknown>): Promise<void> {
      const outcome = await call.then(
        () => 'admitted',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      expect(outcome, title).to.match(REFUSED);
    }

    it('publishes no port to the host', async () => {
      for (const short of MEMBERS) {
        const { HostConfig, NetworkSettings } = await stack.inspect(short);
        expect(HostConfig.PortBindings ?? {}, short).to.deep.equal({});
        expect(
          Object.values(NetworkSettings.Ports ?? {}).filter((each) => each !== null),
          short,
        ).to.deep.equal([]);
      }
      // It is in the host's network, so this is what keeps it from the others.
      await refusedAt('127.0.0.1', PORTS['node-exporter'] ?? 0);
    });

    it('keeps within its memory', async () => {
      for (const short of MEMBERS) {
        const { HostConfig, State } = await stack.inspect(short);
        expect(HostConfig.Memory, short).to.equal(LIMITS[short] * MEGABYTE);
        expect(State.OOMKilled, short).to.equal(false);
        expect(await stack.memory(short), short).to.be.lessThan(LIMITS[short] * MEGABYTE);
      }
    });
  });

  describe('loses no sample', () => {
    let first: number;

    before(async () => {
      [first = 0] = await stack.sampleTimes('up{job="traefik"}');
    });

    /** Samples from before are still there, and new ones come. */
    async function goesOn(): Promise<void> {
      const now = Date.now() / 1000;
      await operator.until(async () => {
        const times = await stack.sampleTimes('up{job="traefik"}');
        expect(times[0]).to.be.closeTo(first, 0.001);
        expect(times.at(-1)).to.be.greaterThan(now);
      }, 2 * PATIENCE);
    }

    it('when the operator is killed', async () => {
      const ids = await stack.place.containers();
      await operator.kill();
      operator = stack.start();
      await operator.result('converged', 2 * PATIENCE);
      await goesOn();
      expect(await stack.place.containers()).to.deep.equal(ids);
    });

    it('when the engine is restarted', async function () {
      const started = (['test', 'stack'] as const).map(privateEngineDirectory);
      const directory = started.find((each) => stack.place.host === privateEngineHost(each));
      if (directory === undefined) return skipBecause(this, 'the engine is not one that this test run started');
      await restartPrivateEngine(directory);
      await operator.result('converged', 2 * PATIENCE);
      await goesOn();
      await up(ALL_UP);
    });

    for (const victim of MEMBERS)
      it(`when the container of ${victim} is removed by hand`, async () => {
        const { Id } = await stack.inspect(victim);
        await stack.place.engine.removeContainer(Id, false);
        await operator.until(async () => {
          const { Id: now, State } = await stack.inspect(victim);
          expect(now).to.not.equal(Id);
          expect(State.Running).to.equal(true);
        }, 2 * PATIENCE);
        await operator.result('converged', 2 * PATIENCE);
        await goesOn();
        await up(ALL_UP);
      });
  });

  describe('with a Grafana that cannot be had', () => {
    it('says ImageUnavailable, and lets the rest be', async () => {
      const ids = await stack.place.containers();
      const image = 'bastion-local/no-such-grafana:0.0.0';
      const [grafana] = files[GRAFANA] ?? [];
      if (grafana === undefined) throw new Error('no Grafana is shipped');
      stack.place.desired.write(GRAFANA, { ...grafana, spec: { ...grafana.spec, image } });
      await operator.until((status) => {
        expect(conditionOf(status, `Image/${image}`, 'Degraded')?.reason).to.equal('ImageUnavailable');
        expect(conditionOf(status, `Grafana/${stack.name('grafana')}`, 'Ready')).to.equal(undefined);
      });
      await operator.until(async (status) => {
        for (const key of [`Prometheus/${stack.name('prometheus')}`, `Traefik/${stack.name('traefik')}`])
          expect(conditionOf(status, key, 'Ready'), key).to.not.equal(undefined);
        expect(await stack.up()).to.include(ALL_UP);
      });
      const now = await stack.place.containers();
      for (const short of ['node-exporter', 'adguard-exporter'] as const)
        expect(now[short], short).to.equal(ids[short]);
    });
  });
});

/** What is answered without TLS, or why nothing is. */
function askInPlain(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request({ host, port, path: '/metrics', agent: false, timeout: 5000 }, (answer) => {
      let body = '';
      answer.setEncoding('latin1').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve(body));
      answer.on('error', (error) => resolve(error.message));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', (error) => resolve(error.message));
    outgoing.end();
  });
}

async function refusedAt(host: string, port: number): Promise<void> {
  expect(await askInPlain(host, port), `${host}:${port}`).to.match(/ECONNREFUSED/);
}
