import { expect } from 'chai';
import Docker from 'dockerode';
import { builtExecutable } from '../support/bundle.ts';
import { ExporterContainer } from '../support/exporter/exporter-container.ts';
import { checkMetrics } from '../support/exporter/promtool.ts';
import { runLoad, type LoadResult } from '../support/exporter/exporter-load.ts';
import { dnsTraffic, httpTraffic } from '../support/exporter/traffic.ts';
import { skipBecause } from '../support/skip.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { testEngine } from '../support/test-engine.ts';

const LIMIT = 40;
/** Lines of each log: BASTION_EXPORTER_LINES=1000000 is the load that the exporter is meant to bear. */
const LINES = Number(process.env['BASTION_EXPORTER_LINES'] ?? 100_000);
/** Enough that all domains are among them. */
const DIFFERENT = 60_000;
/** A slow machine counts so many a second. */
const SLOWEST = 1000;

describe(`the exporter in a container of ${LIMIT} MB`, function () {
  const within = 60_000 + (2 * LINES * 1000) / SLOWEST;
  this.timeout(within + 60_000);
  const directory = temporaryDirectory('exporter-container');
  let docker: Docker;
  let image: string;
  let prometheus: string;
  let container: ExporterContainer | undefined;

  before(async function () {
    // The image is made of it.
    await builtExecutable();
    const { host, images } = (await testEngine()) ?? skipBecause(this, 'no Docker Engine');
    const { reference, available, reason } = images['adguard-exporter'];
    if (!available) skipBecause(this, `adguard-exporter: ${reason ?? 'not available'}`);
    const url = new URL(host);
    docker = new Docker(
      url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port },
    );
    image = reference;
    if (!images.prometheus.available) skipBecause(this, `prometheus: ${images.prometheus.reason ?? 'not available'}`);
    prometheus = images.prometheus.reference;
  });

  afterEach(async () => {
    await container?.close();
    container = undefined;
  });

  it(`counts ${LINES} lines of each log to the last one, and misses no scrape`, async () => {
    const started = await ExporterContainer.start({ docker, image, directory: directory(), limitMegabytes: LIMIT });
    container = started;
    const dns = dnsTraffic(Math.min(LINES, DIFFERENT));
    const http = httpTraffic(Math.min(LINES, DIFFERENT));
    const result = await runLoad(started, { dns, http, lines: LINES, scrapeEvery: 250, within });
    expectExact(result);
    expect(result.missed).to.deep.equal([]);
    const { before, after } = result;
    expect(after).to.include({ oomKilled: false, running: true, restarts: 0, startedAt: before.startedAt });
    expect(after.usedMegabytes).to.be.at.most(LIMIT);
    // File pages come and go; what is the program's own must leave them room.
    expect(after.anonymousMegabytes).to.be.below(LIMIT * 0.75);
    const { body } = await started.get('/metrics');
    expect(await checkMetrics(docker, prometheus, body)).to.deep.equal({ code: 0, said: '' });
    const broken = await checkMetrics(
      docker,
      prometheus,
      body.replaceAll('adguard_dns_queries_total', 'adguard_dns_queries'),
    );
    expect(broken.said).to.contain('counter metrics should have "_total" suffix');
  });
});

function expectExact({ expected, page }: LoadResult): void {
  for (const [series, value] of expected) expect(page.samples.get(series), series).to.equal(value);
  for (const name of ['adguard_dns_queries_total', 'adguard_client_dns_queries_total', 'homelab_http_requests_total'])
    expect(seriesOf(page.samples.keys(), name), name).to.have.members(seriesOf(expected.keys(), name));
  for (const series of [
    'adguard_exporter_querylog_entries_skipped_total{reason="malformed"}',
    'adguard_exporter_querylog_gap_total{reason="rotated_away"}',
    'adguard_exporter_accesslog_lines_total{result="malformed"}',
    'adguard_exporter_accesslog_truncations_total',
  ])
    expect(page.samples.get(series), series).to.equal(0);
}

function seriesOf(all: Iterable<string>, name: string): string[] {
  return [...all].filter((series) => series.startsWith(`${name}{`));
}
