import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startExporter } from '../../../src/exporter/exporter.ts';
import { dnsEvent, httpEvent } from '../../support/exporter/dns-event.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const DOCUMENT = join(dirname(fileURLToPath(import.meta.url)), '../../../docs/exporter-metrics.md');

/** Metrics that the tables of the page name in their first column: name -> type. */
function documented(): Map<string, string> {
  const rows = readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `([a-z_]+)` +\| (counter|gauge|histogram) /gm);
  return new Map([...rows].map(([, name = '', type = '']) => [name, type]));
}

/** Families of a page with everything in it: name -> type. */
async function told(): Promise<Map<string, string>> {
  const clock = new FakeClock();
  const config = exporterConfig({
    adguard: { url: 'http://127.0.0.1:1' },
    accessLog: { path: '/none/access.log' },
    firewalldZones: '/none/zones',
    clientDomains: true,
  });
  const exporter = await startExporter(config, { clock, log: () => undefined, version: '0.0.0' });
  const { accounts } = exporter;
  accounts.names.setLists([{ id: 1, name: 'list', category: 'general', rules: 1, updated: 1 }]);
  accounts.dns.record(dnsEvent({ addresses: ['1.1.1.1'], ttl: 1, cached: true }), clock.now());
  accounts.dns.record(dnsEvent({ reason: 8, service: 'tiktok', list: -2 }), clock.now());
  accounts.dns.record(dnsEvent(), clock.now());
  accounts.http.record(httpEvent(), clock.now());
  clock.jump(15 * 60_000);
  const page = accounts.store.render();
  await exporter.close();
  return new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
}

/** Families that are told only once AdGuard has answered, files differ, or a cap was reached. */
const LATER = [
  'adguard_info',
  'adguard_protection_enabled',
  'adguard_start_time_seconds',
  'adguard_stats_window_queries',
  'adguard_stats_window_seconds',
  'adguard_stats_avg_processing_seconds',
  'adguard_stats_upstream_avg_seconds',
  'adguard_stats_upstream_responses',
  'adguard_exporter_querylog_lag_seconds',
  'adguard_exporter_api_requests_total',
  'adguard_exporter_label_overflow_total',
  'homelab_zone_firewalld_differences',
];

describe('documentation of the metrics', () => {
  it('names every metric that there is, with its type, and no other', async () => {
    const documentation = documented();
    const page = await told();
    for (const [name, type] of page) expect(documentation.get(name), name).to.equal(type);
    for (const name of documentation.keys()) if (!page.has(name)) expect(LATER, name).to.include(name);
  });

  it('calls counters _total and nothing else so', () => {
    for (const [name, type] of documented()) expect(name.endsWith('_total'), name).to.equal(type === 'counter');
  });
});
