import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { manifest } from '../support/desired-directory.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { skipBecause } from '../support/skip.ts';
import { testEngine } from '../support/test-engine.ts';
import { Workplace } from '../support/workplace.ts';

const MANIFESTS = join(dirname(fileURLToPath(import.meta.url)), '../../demo/desired-state');
const IMAGES = ['traefik', 'prometheus', 'node-exporter'] as const;

/** One sample of an instant query. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

describe('the demo: real Traefik, Prometheus and node_exporter', function () {
  this.timeout(180_000);
  let place: Workplace;
  let operator: Operator;
  let root: string;

  before(async function () {
    place = await Workplace.open(this, 'demo');
    const { images } = (await testEngine()) ?? skipBecause(this, 'no Docker Engine');
    for (const name of IMAGES) {
      if (!images[name].available) skipBecause(this, `${name}: ${images[name].reason ?? 'not available'}`);
    }
    root = join(place.directory, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    for (const file of readdirSync(MANIFESTS)) place.desired.writeText(file, forThisTest(file));
    const overrides = Object.fromEntries(IMAGES.map((name) => [images[name].upstream, images[name].reference]));
    const bastion = manifest('Bastion', place.instance, { images: overrides });
    place.desired.write('99-bastion.yaml', bastion);
    operator = place.start({ flags: ['--root', root] });
  });

  after(() => place?.close());

  /** A shipped manifest with names that no other test has, and a port that the engine chooses. */
  function forThisTest(file: string): string {
    return readFileSync(join(MANIFESTS, file), 'utf8')
      .replace(/^[^]*?kind: Bastion\n[^]*?\n---\n/, '')
      .replaceAll('demo-', `${place.instance}-`)
      .replace('127.0.0.1:18000:', '127.0.0.1::');
  }

  /** Address of a container in the stack's network, which the host can reach. */
  async function address(short: string): Promise<string> {
    const { NetworkSettings } = await place.inspect(short);
    const found = NetworkSettings.Networks?.[place.name('monitoring')]?.IPAddress ?? '';
    expect(found, `address of ${short}`).to.match(/^\d/);
    return found;
  }

  /** Value of `up` by job, as Prometheus has it. */
  async function up(): Promise<Record<string, string>> {
    const body = await get(`http://${await address('prometheus')}:9090/api/v1/query?query=up`);
    const { data } = JSON.parse(body) as { data: { result: Sample[] } };
    return Object.fromEntries(data.result.map(({ metric, value }) => [metric['job'] ?? '', value[1]]));
  }

  function waitingAt(gate: string): Promise<unknown> {
    return operator.until((status) => {
      const found = status.gates.find((each) => each.key === `Gate/${gate}`);
      expect(found?.awaitingHuman, gate).to.equal(true);
    }, 2 * PATIENCE);
  }

  it('makes nothing before the first gate', async () => {
    await waitingAt('preconditions');
    expect(await place.containers()).to.deep.equal({});
    expect(readdirSync(join(root, 'etc'))).to.deep.equal([]);
  });

  it('brings up Traefik, then Prometheus, and halts again', async () => {
    place.touch('preconditions.ok');
    await waitingAt('metrics-visible');
    expect(Object.keys(await place.containers())).to.deep.equal(['prometheus', 'traefik']);
    await operator.until(async () => expect(await up()).to.include({ prometheus: '1', traefik: '1' }));
  });

  it('publishes no metrics port to the host', async () => {
    for (const short of ['traefik', 'prometheus']) {
      const published = Object.entries((await place.inspect(short)).HostConfig.PortBindings ?? {}).map(
        ([port]) => port,
      );
      expect(published, short).to.deep.equal(short === 'traefik' ? ['8000/tcp'] : []);
    }
  });

  it('brings up node_exporter behind the second gate and says converged', async () => {
    place.touch('metrics-visible.ok');
    await operator.result('converged', 2 * PATIENCE);
    await operator.until(async () => expect(await up()).to.include({ 'node-exporter': '1' }));
  });

  it('heals docker rm -f of Prometheus, on the same data', async () => {
    const { Id } = await place.inspect('prometheus');
    await place.engine.removeContainer(Id, false);
    await operator.until(async () => {
      const { Id: now, State, Mounts } = await place.inspect('prometheus');
      expect(now).to.not.equal(Id);
      expect(State.Health?.Status).to.equal('healthy');
      expect(Mounts.map(({ Name }) => Name)).to.include(place.name('prometheus-data'));
    }, 2 * PATIENCE);
  });

  it('does not let a configuration go live that promtool refuses', async () => {
    const good = forThisTest('20-prometheus.yaml');
    const live = join(root, 'etc/prometheus/prometheus.yml');
    const before = readFileSync(live, 'utf8');
    place.desired.writeText('20-prometheus.yaml', good.replace('scrape_interval: 5s', 'scrape_intervall: 5s'));
    await operator.until((status) => {
      expect(conditionOf(status, 'File/prometheus.yml', 'Degraded')?.message).to.match(/scrape_intervall/);
    });
    expect(readFileSync(live, 'utf8')).to.equal(before);
    place.desired.writeText('20-prometheus.yaml', good.replace('scrape_interval: 5s', 'scrape_interval: 4s'));
    await operator.until(async () => {
      const config = await get(`http://${await address('prometheus')}:9090/api/v1/status/config`);
      expect(config).to.contain('scrape_interval: 4s');
    });
    await operator.result('converged');
  });

  it('says ImageUnavailable of an image that cannot be had, and lets the rest be', async () => {
    const none = { ...place.container('none', { image: 'bastion-local/none:0.0.0' }) };
    place.desired.write('40-none.yaml', none);
    await operator.until((status) => {
      const found = conditionOf(status, 'Image/bastion-local/none:0.0.0', 'Degraded');
      expect(found?.reason).to.equal('ImageUnavailable');
    });
    const status = await operator.status();
    for (const short of ['traefik', 'prometheus', 'node-exporter']) {
      expect(conditionOf(status, `Container/${place.name(short)}`, 'Ready'), short).to.not.equal(undefined);
    }
  });
});

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, timeout: 5000 }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve(body));
      answer.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} does not answer`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
