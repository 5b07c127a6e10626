import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { startExporter, type Exporter } from '../../../src/exporter/exporter.ts';
import { createLog } from '../../../src/exporter/log.ts';
import { eventually } from '../../support/eventually.ts';
import { accessLine } from '../../support/exporter/access-line.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { FakeAdGuard } from '../../support/exporter/fake-adguard.ts';
import { LiveDirectory } from '../../support/exporter/live-directory.ts';
import { mutualGet } from '../../support/exporter/mutual-get.ts';
import { samplesOf, totalOf } from '../../support/exporter/samples.ts';
import { testAuthority, type Identity, type TestAuthority } from '../../support/exporter/test-pki.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('exporter', () => {
  const directory = temporaryDirectory('exporter');
  let authority: TestAuthority;
  let identity: Identity;
  let clock: FakeClock;
  let server: FakeAdGuard;
  let exporter: Exporter;
  let lines: string[];

  const path = (name: string): string => join(directory(), name);
  const start = async (parts: Record<string, unknown> = {}): Promise<void> => {
    const { certificate, key, authority: clientAuthority } = new LiveDirectory(path('live'));
    const config = exporterConfig({
      listen: { host: '127.0.0.1', port: 0, tls: { certificate, key, clientAuthority } },
      adguard: { url: server.url, username: 'exporter', passwordFile: path('password') },
      accessLog: { path: path('access.log') },
      stateFile: path('state.json'),
      ...parts,
    });
    exporter = await startExporter(config, {
      clock,
      log: createLog(clock, (line) => lines.push(line)),
      version: '1.2.3',
    });
  };
  const get = (page: string) => mutualGet(exporter.address ?? '', page, { authority: authority.certificate, identity });
  const scrape = async (): Promise<Map<string, number>> => samplesOf((await get('/metrics')).body);
  const now = (): bigint => BigInt(clock.now()) * 1_000_000n;
  /** Lets time pass until a check holds: files and sockets take real time. */
  const until = (check: () => unknown): Promise<void> =>
    eventually(
      async () => {
        await clock.advance(1000);
        await check();
      },
      { within: 8000 },
    );
  const ready = (): Promise<void> =>
    until(async () => expect((await get('/readyz')).body).to.equal('ok: everything is read\n'));

  before(async () => {
    authority = await testAuthority();
    identity = await authority.issue('prometheus.lab');
  });
  beforeEach(async () => {
    clock = new FakeClock();
    lines = [];
    server = new FakeAdGuard({ now: () => clock.now(), user: { name: 'exporter', password: 'right' } });
    await server.start();
    writeFileSync(path('password'), 'right\n');
    writeFileSync(path('access.log'), '');
    new LiveDirectory(path('live')).put(await authority.issue('adguard-exporter.lab'), authority.certificate);
  });
  afterEach(async () => {
    await exporter.close();
    await server.stop();
    expect(clock.pending).to.equal(0);
  });

  it('reads AdGuard and the access log and tells what they add up to', async () => {
    server.set('clients', {
      clients: [{ name: 'television', ids: ['192.168.1.23'], tags: ['device_tv'] }],
      auto_clients: null,
    });
    server.set('stats', {
      num_dns_queries: 12345,
      num_blocked_filtering: 2345,
      avg_processing_time: 0.0123,
      top_upstreams_responses: [{ 'https://dns10.quad9.net:443/dns-query': 5000 }],
      top_upstreams_avg_time: [{ 'https://dns10.quad9.net:443/dns-query': 0.021 }],
    });
    await start();
    await ready();
    for (let entry = 0; entry < 450; entry++) server.log.add(now() + BigInt(entry));
    for (let line = 0; line < 20; line++) appendFileSync(path('access.log'), `${accessLine()}\n`);
    await until(async () => {
      const samples = await scrape();
      expect(totalOf(samples, 'adguard_dns_queries_total')).to.equal(450);
      expect(totalOf(samples, 'homelab_http_requests_total')).to.equal(20);
    });
    const samples = await scrape();
    for (const [series, value] of [
      ['adguard_up', 1],
      ['adguard_info{version="v0.107.79"}', 1],
      ['adguard_protection_enabled', 1],
      ['adguard_start_time_seconds', 1_787_000_000],
      ['adguard_stats_window_queries{kind="filtered"}', 2345],
      ['adguard_stats_window_seconds', 86_400],
      ['adguard_stats_upstream_avg_seconds{upstream="dns10.quad9.net"}', 0.021],
      [
        'adguard_client_info{client="192.168.1.23",name="television",zone="lan",device_type="tv",device_type_source="tag"}',
        1,
      ],
      ['adguard_exporter_querylog_entries_read_total', 450],
      ['adguard_exporter_auth_locked', 0],
      ['adguard_exporter_client_ip_anonymized', 0],
      [`adguard_exporter_build_info{version="1.2.3",node="${process.version}"}`, 1],
    ] as const)
      expect(samples.get(series), series).to.equal(value);
    expect(server.requests.filter((request) => request === 'POST login')).to.have.length(1);
    const topn = JSON.parse((await get('/debug/topn.json')).body) as Record<string, unknown>;
    expect(topn).to.have.property('clientDomains', null);
    expect((await get('/debug/status.json')).body).to.contain('"access log":{"lastSuccess":"2026-');
  });

  it('counts nothing twice when it is restarted, and misses nothing', async () => {
    await start();
    await ready();
    let queries = 0;
    let requests = 0;
    for (let round = 0; round < 3; round++) {
      for (let entry = 0; entry < 50; entry++) server.log.add(now() + BigInt(entry));
      appendFileSync(path('access.log'), `${accessLine()}\n`.repeat(10));
      const wanted = [50, 10];
      await until(async () => {
        const samples = await scrape();
        const found = [totalOf(samples, 'adguard_dns_queries_total'), totalOf(samples, 'homelab_http_requests_total')];
        expect(found).to.deep.equal(wanted);
      });
      queries += 50;
      requests += 10;
      await exporter.close();
      await clock.advance(60_000);
      await start();
    }
    expect([queries, requests]).to.deep.equal([150, 30]);
    expect(readFileSync(path('state.json'), 'utf8').split('\n')).to.have.length(2);
  });

  it('serves while AdGuard and the log are away, and goes on when they come', async () => {
    await server.stop();
    await start({ accessLog: { path: path('later/access.log') } });
    await until(async () => {
      const { status, body } = await get('/readyz');
      expect(status).to.equal(503);
      expect(body).to.match(/adguard statistics: .*ECONNREFUSED/);
    });
    expect((await get('/livez')).status).to.equal(200);
    expect((await scrape()).get('adguard_up')).to.equal(0);
    await server.start();
    mkdirSync(path('later'));
    writeFileSync(path('later/access.log'), `${accessLine()}\n`);
    await ready();
    await until(async () => {
      const samples = await scrape();
      expect(samples.get('adguard_up')).to.equal(1);
      expect(totalOf(samples, 'homelab_http_requests_total')).to.equal(1);
    });
  });

  it('takes back what AdGuard said when it is away', async () => {
    await start();
    await ready();
    expect((await scrape()).get('adguard_stats_window_queries{kind="total"}')).to.equal(0);
    await server.stop();
    await until(async () => {
      const samples = await scrape();
      expect(samples.get('adguard_up')).to.equal(0);
      for (const name of ['adguard_stats_window_queries', 'adguard_stats_window_seconds', 'adguard_info'])
        expect([...samples.keys()].filter((series) => series.startsWith(name))).to.deep.equal([]);
    });
  });

  it('survives answers of any shape', async () => {
    const shapes = [
      null,
      7,
      'x',
      [],
      {},
      { clients: [null, 7, { ids: 7 }], auto_clients: {}, filters: [7, { id: 'x' }] },
      {
        blocked_services: [{}],
        leases: [3],
        interval: 'x',
        num_dns_queries: {},
        top_upstreams_responses: [7, {}, { a: 'b' }],
      },
    ];
    await start();
    await ready();
    for (const shape of shapes) {
      for (const call of [
        'status',
        'stats',
        'stats/config',
        'querylog/config',
        'clients',
        'dhcp/status',
        'filtering/status',
        'blocked_services/all',
      ])
        server.set(call, shape);
      const before = server.requests.length;
      await clock.advance(300_000);
      await until(() => expect(server.requests.length).to.be.greaterThan(before + 10));
      expect((await get('/metrics')).status).to.equal(200);
    }
    server.log.add(now());
    await until(async () => expect(totalOf(await scrape(), 'adguard_dns_queries_total')).to.equal(1));
  }).timeout(20_000);

  it('says that a password is wrong and locks nobody out', async () => {
    writeFileSync(path('password'), 'wrong\n');
    await start();
    await until(async () => expect((await scrape()).get('adguard_exporter_auth_locked')).to.equal(1));
    await clock.advance(15 * 60_000);
    expect(server.requests.filter((request) => request === 'POST login')).to.have.length(1);
    expect(server.blocks).to.equal(false);
    await until(() => expect(lines.join('')).to.contain('check adguard.username and the password file'));
    expect(lines.join('')).not.to.contain('wrong');
  });

  it('reads the query log as a file when told to', async () => {
    writeFileSync(path('querylog.json'), '');
    await start({
      adguard: {
        url: server.url,
        username: 'exporter',
        passwordFile: path('password'),
        queryLog: 'file',
        queryLogFile: path('querylog.json'),
      },
    });
    await ready();
    appendFileSync(
      path('querylog.json'),
      '{"T":"2026-01-01T00:00:00Z","QH":"a.com","QT":"A","IP":"192.168.1.5","Result":{},"Elapsed":1}\n',
    );
    await until(async () => expect(totalOf(await scrape(), 'adguard_dns_queries_total')).to.equal(1));
    expect(server.requests.filter((request) => request.startsWith('GET querylog?'))).to.deep.equal([]);
  });

  it('compares its zones with those of firewalld', async () => {
    mkdirSync(path('zones'));
    writeFileSync(path('zones/lan.xml'), '<zone><source address="192.168.1.0/24"/></zone>');
    await start({ firewalldZones: path('zones') });
    await until(async () => {
      const samples = await scrape();
      expect(samples.get('homelab_zone_firewalld_differences{zone="lan",kind="missing"}')).to.equal(1);
      expect(samples.get('homelab_zone_firewalld_differences{zone="lan",kind="extra"}')).to.equal(0);
    });
  });

  it('begins anew with a damaged state file, and says so', async () => {
    for (const text of ['{"queryLog":', '7', '{"queryLog":{"watermark":"x"},"accessLog":{"inode":5},"fuse":7}']) {
      writeFileSync(path('state.json'), text);
      await start();
      await ready();
      await exporter.close();
    }
    expect(lines.filter((line) => line.includes('the state file cannot be used'))).to.have.length(1);
    await start();
  });
});
