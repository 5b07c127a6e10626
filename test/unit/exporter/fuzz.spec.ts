import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { AccessLog } from '../../../src/exporter/access-log/access-log.ts';
import { createAccounts, type Accounts } from '../../../src/exporter/accounts/accounts.ts';
import { AdGuard } from '../../../src/exporter/adguard/adguard.ts';
import { CredentialFuse } from '../../../src/exporter/adguard/credential-fuse.ts';
import { HttpClient } from '../../../src/exporter/adguard/http-client.ts';
import { parseLogItem } from '../../../src/exporter/adguard/log-item.ts';
import { LogLineReader } from '../../../src/exporter/adguard/log-line.ts';
import { QueryLogFile } from '../../../src/exporter/adguard/query-log-file.ts';
import { QueryLog } from '../../../src/exporter/adguard/query-log.ts';
import { ApiError, Session } from '../../../src/exporter/adguard/session.ts';
import { debugPage } from '../../../src/exporter/debug.ts';
import { accessLine } from '../../support/exporter/access-line.ts';
import { dnsEvent, httpEvent } from '../../support/exporter/dns-event.ts';
import { rawLine } from '../../support/exporter/raw-line.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { FakeAdGuard } from '../../support/exporter/fake-adguard.ts';
import { FakeQueryLog } from '../../support/exporter/fake-query-log.ts';
import { mutatedJson } from '../../support/exporter/mutated.ts';
import { samplesOf, totalOf } from '../../support/exporter/samples.ts';
import { dnsTraffic } from '../../support/exporter/traffic.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const SCALE = Math.max(1, Number(process.env['BASTION_TEST_SCALE'] ?? 1) || 1);
const RUNS = 120 * SCALE;
/** A sample as Prometheus reads it: all that is special in a label value is escaped. */
const SAMPLE = /^[a-z_:]+(\{[a-z_]+="(?:[^"\\\n]|\\[\\n"])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\n"])*")*\})? \S+$/;
/** Series of 128 characters in each label, and a name: nothing that was read makes a line longer. */
const LONGEST_LINE = 1200;

const QUERY = JSON.parse(dnsTraffic(1).lines[0] ?? '') as object;
const ITEM = anItem();

describe('exporter on broken and hostile input', () => {
  const directory = temporaryDirectory('exporter-fuzz');
  let clock: FakeClock;
  let count = 0;

  beforeEach(() => {
    clock = new FakeClock();
  });

  const make = (): Accounts =>
    createAccounts(
      exporterConfig({
        clientDomains: true,
        accessLog: { path: '/none' },
        adguard: { url: 'http://127.0.0.1:1' },
      }),
      () => clock.now(),
    );

  it('counts every mutated line of the access log', async () => {
    const lines = fc.array(mutatedJson(JSON.parse(accessLine()) as object), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(lines, async (given) => {
        const path = join(directory(), `access-${count++}.log`);
        writeFileSync(path, '');
        const { store, http, ...accounts } = make();
        const log = new AccessLog(
          { path, pollMilliseconds: 1000, trustedProxies: ['192.168.1.0/24'] },
          { account: http, store, clock },
        );
        await log.poll();
        appendFileSync(path, joined(given));
        await log.poll();
        await log.close();
        const samples = soundPage({ store, http, ...accounts });
        const counted = samples.get('adguard_exporter_accesslog_lines_total{result="counted"}');
        expect(totalOf(samples, 'adguard_exporter_accesslog_lines_total')).to.equal(countOf(given));
        expect(totalOf(samples, 'homelab_http_requests_total')).to.equal(counted);
        expect(totalOf(samples, 'homelab_http_client_requests_total')).to.equal(counted);
      }),
      { numRuns: RUNS },
    );
  }).timeout(60_000 * SCALE);

  it("counts every mutated line of AdGuard's query log", async () => {
    const lines = fc.array(mutatedJson(QUERY), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(lines, async (given) => {
        const path = join(directory(), `querylog-${count++}.json`);
        writeFileSync(path, '');
        const accounts = make();
        const log = new QueryLogFile(path);
        const poll = () => log.poll((event) => accounts.dns.record(event, clock.now()));
        await poll();
        appendFileSync(path, joined(given));
        await poll();
        await log.close();
        const { read, malformed, oversized } = log.counts;
        expect(read + malformed + oversized).to.equal(countOf(given));
        expectDns(accounts, read);
      }),
      { numRuns: RUNS },
    );
  }).timeout(60_000 * SCALE);

  it('counts every mutated entry of the API', async () => {
    const items = fc.array(mutatedJson(ITEM), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(items, async (given) => {
        const parsed = given.flatMap((bytes) => parsedOf(bytes));
        const accounts = make();
        let page: readonly unknown[] = [];
        const log = new QueryLog({
          pageSize: 1000,
          pagesAPoll: 5,
          pollSeconds: 10,
          fetch: async () => ({ items: page, serverTime: undefined }),
          onEvent: (event) => accounts.dns.record(event, clock.now()),
        });
        await log.poll();
        page = parsed;
        await log.poll();
        const { read, malformed } = log.counts;
        const entries = parsed.map(parseLogItem).filter((entry) => entry !== undefined && entry.time >= 0n);
        expect(read).to.equal(new Set(entries.map((entry) => entry?.id)).size);
        // What is no entry is met again with every poll, and is told apart by what it says.
        const refused = parsed.filter((item) => parseLogItem(item) === undefined);
        expect(malformed).to.equal(new Set(refused.map((item) => JSON.stringify(item).slice(0, 1000))).size);
        expectDns(accounts, read);
      }),
      { numRuns: RUNS },
    );
  }).timeout(60_000 * SCALE);

  it('survives every mutated answer of the API, and counts each call', async () => {
    const server = new FakeAdGuard({ now: () => clock.now() });
    await server.start();
    let body: Uint8Array = Buffer.alloc(0);
    let path = '';
    server.interfere = (request, response) => {
      if (!(request.url ?? '').startsWith(`/control/${path}`)) return false;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
      return true;
    };
    const config = exporterConfig({ adguard: { url: server.url, timeoutSeconds: 5 } }).adguard;
    if (config === undefined) throw new Error('no AdGuard');
    const client = new HttpClient(config.url, 5000, {});
    const answer = fc
      .constantFrom(...Object.entries(ANSWERS))
      .chain(([name, document]) => fc.record({ name: fc.constant(name), bytes: mutatedJson(document) }));
    try {
      await fc.assert(
        fc.asyncProperty(answer, async ({ name, bytes }) => {
          path = name;
          body = bytes;
          const accounts = make();
          const fuse = new CredentialFuse({});
          const session = new Session(config, { client, fuse, clock, onFuse: async () => undefined });
          const adguard = new AdGuard(config, { session, accounts, clock, fuse, saved: {}, giveWay: () => undefined });
          const before = server.requests.length;
          for (const poll of ['pollNames', 'pollQueryLog', 'pollQueryLog', 'pollStatistics'] as const)
            await adguard[poll]().catch((error: unknown) => {
              if (!(error instanceof ApiError)) throw error;
            });
          const samples = soundPage(accounts);
          const calls = [...samples].filter(
            ([series]) =>
              series.startsWith('adguard_exporter_api_requests_total{') && /code="(200|error)"/.test(series),
          );
          const malformed = [...samples].filter(([series]) => /api_requests_total\{.*code="malformed"/.test(series));
          const told = [...calls, ...malformed].reduce((sum, [, value]) => sum + value, 0);
          expect(told).to.be.at.least(server.requests.length - before);
          await adguard.close();
        }),
        { numRuns: 2 * RUNS },
      );
    } finally {
      client.close();
      await server.stop();
    }
  }).timeout(60_000 * SCALE);

  it('cuts names that have no end in the graph, too', () => {
    const accounts = make();
    const long = 'x'.repeat(60_000);
    accounts.names.setClients([{ name: long, ids: ['192.168.1.23'], tags: [] }], new Map());
    accounts.http.record(httpEvent({ service: long, server: long }), clock.now());
    accounts.dns.record(dnsEvent({ upstream: `https://${long}/dns-query`, name: `${long}.lab` }), clock.now());
    const samples = soundPage(accounts);
    expect(totalOf(samples, 'homelab_graph_node_info')).to.be.at.least(5);
  });

  it('tells names apart only where the page can', () => {
    const accounts = make();
    for (const half of ['\ud800', '\ud801', '\udc00'])
      accounts.http.record(httpEvent({ service: `svc${half}`, server: `a${half}` }), clock.now());
    const samples = soundPage(accounts);
    expect(samples.get('homelab_http_requests_total{zone="lan",service="svc\ufffd",code_class="2xx"}')).to.equal(3);
    expect(samples.get('homelab_http_server_requests_total{service="svc\ufffd",server="a\ufffd"}')).to.equal(3);
  });

  it('takes no time for endless, so that sums stay what they are', () => {
    const accounts = make();
    for (const elapsedMs of ['Infinity', '1e308', '-1', 'x'])
      accounts.dns.record(parseLogItem({ ...ITEM, elapsedMs })?.event ?? dnsEvent(), clock.now());
    for (const Elapsed of [1e308, 1e300, -1])
      accounts.dns.record(
        new LogLineReader().read(rawLine(JSON.stringify({ ...QUERY, Elapsed }))) ?? dnsEvent(),
        clock.now(),
      );
    const samples = soundPage(accounts);
    expect(totalOf(samples, 'adguard_dns_queries_total')).to.equal(7);
    expect(totalOf(samples, 'homelab_graph_edge_duration_seconds_total')).to.equal(0);
  });

  function expectDns(accounts: Accounts, read: number): void {
    const samples = soundPage(accounts);
    for (const family of ['dns_queries', 'dns_responses', 'domain_dns_queries', 'client_dns_queries'])
      expect(totalOf(samples, `adguard_${family}_total`), family).to.equal(read);
  }
});

const ANSWERS: Readonly<Record<string, object>> = {
  status: { version: 'v0.107.79', protection_enabled: true, running: true, start_time: 1_787_000_000_000 },
  stats: {
    num_dns_queries: 5,
    num_blocked_filtering: 1,
    avg_processing_time: 0.02,
    top_upstreams_responses: [{ '1.1.1.1:53': 5 }],
    top_upstreams_avg_time: [{ '1.1.1.1:53': 0.02 }],
  },
  'querylog/config': { interval: 7_776_000_000, enabled: true, anonymize_client_ip: false, ignored: [] },
  'querylog?': { data: [ITEM], oldest: '' },
  clients: {
    clients: [{ name: 'TV', ids: ['192.168.1.23', 'aa:bb:cc:dd:ee:ff'], tags: ['device_tv'] }],
    auto_clients: [{ ip: '192.168.1.24', name: 'phone', source: 'ARP' }],
  },
  'dhcp/status': { leases: [{ mac: 'aa:bb:cc:dd:ee:ff', ip: '192.168.1.25' }], static_leases: [] },
  'filtering/status': {
    filters: [{ id: 1, name: 'list', url: 'https://a.example/list.txt', rules_count: 5, last_updated: '2026-08-18' }],
  },
  'blocked_services/all': { blocked_services: [{ id: 'tiktok', group_id: 'social', rules: ['||tiktok.com^'] }] },
};

function anItem(): object {
  const log = new FakeQueryLog(10);
  log.add(1_787_000_000_123_456_789n, { rules: [{ filter_list_id: 1, text: '||x^' }], service_name: 'tiktok' });
  return log.search(new URLSearchParams()).data[0] ?? {};
}

function joined(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}

/** An empty line is none. */
function countOf(lines: readonly Buffer[]): number {
  return lines.filter(({ length }) => length > 0).length;
}

function parsedOf(bytes: Buffer): unknown[] {
  try {
    return [JSON.parse(bytes.toString('utf8'))];
  } catch {
    return [];
  }
}

/** The page, after everything on it was found to be what Prometheus takes; all its numbers are finite. */
function soundPage(accounts: Accounts): Map<string, number> {
  const page = accounts.store.render();
  expect(page).to.equal(Buffer.from(page).toString('utf8'));
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    expect(line).to.match(SAMPLE);
    expect(line.length, line.slice(0, 200)).to.be.below(LONGEST_LINE);
  }
  const samples = samplesOf(page);
  for (const [series, value] of samples) expect(Number.isFinite(value), `${series} ${value}`).to.equal(true);
  for (const name of ['topn', 'mappings']) JSON.stringify(debugPage(name, accounts, () => undefined));
  return samples;
}
