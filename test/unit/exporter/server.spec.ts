import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { realClock, type Clock } from '../../../src/exporter/clock.ts';
import { RightOfWay } from '../../../src/exporter/right-of-way.ts';
import { ExporterServer, type Pages } from '../../../src/exporter/server/server.ts';
import { readTogether } from '../../../src/exporter/tls/read-together.ts';
import { eventually } from '../../support/eventually.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { LiveDirectory } from '../../support/exporter/live-directory.ts';
import { mutualGet } from '../../support/exporter/mutual-get.ts';
import { testAuthority, type Identity, type TestAuthority } from '../../support/exporter/test-pki.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('server of the exporter', () => {
  const directory = temporaryDirectory('exporter-server');
  let authority: TestAuthority;
  let scraper: Identity;
  let live: LiveDirectory;
  let server: ExporterServer;
  let pages: Pages;

  const make = (allowedClients: readonly string[] = [], clock: Clock = realClock): ExporterServer => {
    const { listen } = exporterConfig();
    const tls = { certificate: live.certificate, key: live.key, clientAuthority: live.authority };
    server = new ExporterServer({ ...listen, tls, allowedClients }, pages, new RightOfWay(clock));
    return server;
  };
  const get = (path: string, identity: Identity | undefined = scraper, ca: string = authority.certificate) =>
    mutualGet(server.address ?? '', path, { authority: ca, ...(identity === undefined ? {} : { identity }) });
  const failureOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'answered',
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
    );

  before(async () => {
    authority = await testAuthority();
    scraper = await authority.issue('prometheus.lab');
  });
  beforeEach(async () => {
    live = new LiveDirectory(join(directory(), 'live'));
    live.put(await authority.issue('adguard-exporter.lab'), authority.certificate);
    pages = {
      metrics: () => 'a 1\n',
      live: () => ({ ok: true, reason: 'answering' }),
      ready: () => ({ ok: false, reason: 'adguard: no answer' }),
      debug: (name) => (name === 'topn' ? { clients: [] } : undefined),
    };
  });
  afterEach(async () => server.close());

  it('shows its pages to who has a certificate', async () => {
    await make().refresh();
    expect(await get('/metrics')).to.deep.equal({ status: 200, body: 'a 1\n' });
    expect(await get('/livez')).to.deep.equal({ status: 200, body: 'ok: answering\n' });
    expect(await get('/readyz?verbose')).to.deep.equal({ status: 503, body: 'not ok: adguard: no answer\n' });
    expect(await get('/debug/topn.json')).to.deep.equal({ status: 200, body: '{"clients":[]}\n' });
    for (const path of ['/debug/none.json', '/debug/../metrics.json', '/none'])
      expect((await get(path)).status, path).to.equal(404);
    expect((await get('/')).body).to.contain('/metrics');
  });

  it('answers nobody without one, or with that of another authority', async () => {
    await make().refresh();
    const other = await testAuthority('other');
    const address = server.address ?? '';
    expect(await failureOf(mutualGet(address, '/livez', { authority: authority.certificate }))).not.to.equal(
      'answered',
    );
    expect(await failureOf(get('/metrics', await other.issue('prometheus.lab')))).not.to.equal('answered');
    expect((await get('/livez')).status).to.equal(200);
  });

  it('shows metrics to the named clients only', async () => {
    await make(['Prometheus.lab']).refresh();
    expect((await get('/metrics')).status).to.equal(200);
    const grafana = await authority.issue('grafana.lab');
    expect((await get('/metrics', grafana)).status).to.equal(403);
    expect((await get('/debug/topn.json', grafana)).status).to.equal(403);
    expect((await get('/livez', grafana)).status).to.equal(200);
  });

  it('takes only questions, and survives a page that fails', async () => {
    pages = {
      ...pages,
      metrics: () => {
        throw new Error('planned');
      },
    };
    await make().refresh();
    const post = await mutualGet(server.address ?? '', '/metrics', {
      authority: authority.certificate,
      identity: scraper,
      method: 'POST',
    });
    expect(post.status).to.equal(405);
    expect(await get('/metrics')).to.deep.equal({ status: 500, body: 'fault of the exporter: planned\n' });
    expect((await get('/livez')).status).to.equal(200);
  });

  it('takes up exchanged certificates and authorities without a restart', async () => {
    await make().refresh();
    const address = server.address;
    const next = await testAuthority('next');
    live.put(await next.issue('adguard-exporter.lab'), `${authority.certificate}\n${next.certificate}`);
    await server.refresh();
    expect(server.address).to.equal(address);
    expect((await get('/livez', scraper, next.certificate)).status).to.equal(200);
    const renewed = await next.issue('prometheus.lab');
    expect((await get('/livez', renewed, next.certificate)).status).to.equal(200);
    live.put(await next.issue('adguard-exporter.lab'), next.certificate);
    await server.refresh();
    expect(await failureOf(get('/livez', scraper, next.certificate))).not.to.equal('answered');
    expect((await get('/livez', renewed, next.certificate)).status).to.equal(200);
  });

  it('goes on with what it had when the new files do not fit together, and says so once', async () => {
    await make().refresh();
    const one = await authority.issue('adguard-exporter.lab');
    const other = await authority.issue('adguard-exporter.lab');
    live.put({ certificate: one.certificate, key: other.key }, authority.certificate);
    expect(await failureOf(server.refresh())).to.match(/ERR_|KEY_VALUES_MISMATCH/);
    expect(await failureOf(server.refresh())).to.equal('answered');
    expect(server.refusedFiles).to.equal(1);
    expect((await get('/livez')).status).to.equal(200);
    live.put(other, authority.certificate);
    await server.refresh();
    expect((await get('/livez')).status).to.equal(200);
  });

  it('is given way while somebody connects or asks, and not by who stays connected, is refused or goes away', async () => {
    // Stands still, so that only what ends by itself ends.
    const clock = new FakeClock();
    await make([], clock).refresh();
    const expectServed = (count: number) => eventually(() => expect(clock.pending).to.equal(count));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; turn < 3; turn++) {
      await mutualGet(server.address ?? '', '/metrics', { authority: authority.certificate, identity: scraper, agent });
      await expectServed(0);
    }
    await failureOf(mutualGet(server.address ?? '', '/livez', { authority: authority.certificate }));
    await expectServed(0);
    const [host = '', port] = (server.address ?? '').split(':');
    const silent = connect(Number(port), host);
    await once(silent, 'connect');
    await expectServed(1);
    silent.destroy();
    await expectServed(0);
    agent.destroy();
  });

  it('begins to serve when its files are there', async () => {
    live = new LiveDirectory(join(directory(), 'later'));
    make();
    expect(await failureOf(server.refresh())).to.equal('ENOENT');
    expect(server.address).to.equal(undefined);
    live.put(await authority.issue('adguard-exporter.lab'), authority.certificate);
    await server.refresh();
    expect((await get('/livez')).status).to.equal(200);
  });

  it('reads files of one version only, however they are exchanged meanwhile', async () => {
    const identities = await Promise.all([1, 2, 3].map(() => authority.issue('adguard-exporter.lab')));
    let going = true;
    const exchange = (async () => {
      for (let turn = 0; going; turn++) {
        const identity = identities[turn % identities.length];
        if (identity !== undefined) live.put(identity, authority.certificate);
        await new Promise((resolve) => setTimeout(resolve, turn % 3));
      }
    })();
    let read = 0;
    for (let turn = 0; turn < 200; turn++) {
      const found = await readTogether([live.certificate, live.key]).catch(() => undefined);
      if (found === undefined) continue;
      const [certificate, key] = found.contents.map(String);
      const original = identities.find((identity) => identity.certificate === certificate);
      if (original === undefined) continue;
      read++;
      expect(key).to.equal(original.key);
    }
    going = false;
    await exchange;
    expect(read).to.be.greaterThan(10);
    writeFileSync(join(directory(), 'plain'), 'x');
    expect((await readTogether([join(directory(), 'plain')])).contents.map(String)).to.deep.equal(['x']);
  });
});
