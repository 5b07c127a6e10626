import { expect } from 'chai';
import { createAccounts, type Accounts } from '../../../src/exporter/accounts/accounts.ts';
import { registrableDomain } from '../../../src/exporter/accounts/registrable-domain.ts';
import { upstreamHost } from '../../../src/exporter/accounts/upstream-host.ts';
import { deviceType } from '../../../src/exporter/names/device-type.ts';
import { listCategory } from '../../../src/exporter/names/list-category.ts';
import { metricCatalogue } from '../../support/dashboards/metric-catalogue.ts';
import { dnsEvent, httpEvent } from '../../support/exporter/dns-event.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { labelOf, samplesOf, totalOf } from '../../support/exporter/samples.ts';

const HOUR = 3_600_000;

describe('accounts of the exporter', () => {
  let now = 0;
  const make = (parts: Record<string, unknown> = {}): Accounts => {
    now = Date.UTC(2026, 0, 1);
    return createAccounts(exporterConfig(parts), () => now);
  };
  const page = ({ store }: Accounts): Map<string, number> => samplesOf(store.render());

  for (const [name, domain] of [
    ['www.example.com', 'example.com'],
    ['example.com.', 'example.com'],
    ['a.b.bbc.co.uk', 'bbc.co.uk'],
    ['bbc.co.uk', 'bbc.co.uk'],
    ['co.uk', 'co.uk'],
    ['www.telekom.de', 'telekom.de'],
    ['x.co.de', 'co.de'],
    ['grafana.lab', 'grafana.lab'],
    ['a.b.lab', 'a.b.lab'],
    ['a.collab', 'a.collab'],
    ['x.a.collab', 'a.collab'],
    ['23.1.168.192.in-addr.arpa', 'reverse-lookup'],
    ['1.0.ip6.arpa', 'reverse-lookup'],
    ['localhost', 'localhost'],
    ['.', '.'],
    ['', '.'],
    [`${'x'.repeat(300)}.com`, `${'x'.repeat(249)}.com`],
  ] as const)
    it(`takes ${domain.slice(0, 40)} for the domain of ${JSON.stringify(name.slice(0, 40))}`, () =>
      expect(registrableDomain(name, ['lab'])).to.equal(domain));

  for (const [upstream, host] of [
    ['https://dns10.quad9.net:443/dns-query', 'dns10.quad9.net'],
    ['tls://1.1.1.1', '1.1.1.1'],
    ['8.8.8.8:53', '8.8.8.8'],
    ['[2620:fe::FE]:53', '2620:fe::fe'],
    ['2620:fe::fe', '2620:fe::fe'],
    ['sdns://AQ', 'sdns'],
  ] as const)
    it(`takes ${host} for the host of ${upstream}`, () => expect(upstreamHost(upstream)).to.equal(host));

  it('guesses device types from tags first, then from names', () => {
    expect(deviceType(['user_admin', 'device_tv'], 'printer')).to.deep.equal({ type: 'tv', source: 'tag' });
    expect(deviceType(['device_toaster'], 'Annas-iPhone')).to.deep.equal({ type: 'phone', source: 'hostname' });
    expect(deviceType([], 'qwertz')).to.deep.equal({ type: 'unknown', source: 'none' });
  });

  it('sorts filter lists as AdGuard does', () => {
    const url = (number: number): string =>
      `https://adguardteam.github.io/HostlistsRegistry/assets/filter_${number}.txt`;
    expect([1, 30, 26, 47, 9999].map((number) => listCategory(url(number)))).to.deep.equal([
      'general',
      'security',
      'regional',
      'other',
      'other',
    ]);
    expect(listCategory('https://example.com/list.txt')).to.equal('unlisted');
  });

  it('counts a query in every family, with bounded labels', () => {
    const accounts = make();
    accounts.dns.record(dnsEvent({ addresses: ['93.184.216.34', '0.0.0.0'], ttl: 300 }), now);
    accounts.dns.record(dnsEvent({ type: 'TYPE65535', cached: true, code: 'WEIRD' }), now);
    accounts.dns.record(dnsEvent({ reason: 3, list: 1, upstream: '', code: undefined, name: 'ads.test.org' }), now);
    accounts.dns.record(dnsEvent({ client: '8.8.8.8', reason: 8, service: 'tiktok', list: -2, upstream: '' }), now);
    const samples = page(accounts);
    for (const [series, value] of [
      ['adguard_dns_queries_total{zone="lan",qtype="A",result="allowed"}', 1],
      ['adguard_dns_queries_total{zone="lan",qtype="other",result="allowed"}', 1],
      ['adguard_dns_queries_total{zone="lan",qtype="A",result="blocked"}', 1],
      ['adguard_dns_queries_total{zone="unknown",qtype="A",result="blocked_service"}', 1],
      ['adguard_client_dns_queries_total{client="192.168.1.23",zone="lan",result="allowed"}', 2],
      ['adguard_domain_dns_queries_total{domain="example.com",result="allowed"}', 2],
      ['adguard_domain_dns_queries_total{domain="test.org",result="blocked"}', 1],
      ['adguard_dns_cached_queries_total{zone="lan"}', 1],
      ['adguard_dns_responses_total{rcode="NOERROR"}', 2],
      ['adguard_dns_responses_total{rcode="other"}', 1],
      ['adguard_dns_responses_total{rcode="none"}', 1],
      ['adguard_dns_processing_seconds_count{upstream="dns10.quad9.net"}', 1],
      ['adguard_filter_list_hits_total{list_id="1"}', 1],
      ['adguard_filter_list_hits_total{list_id="-2"}', 1],
      ['adguard_blocked_service_hits_total{service="tiktok",group="unknown"}', 1],
      ['homelab_domain_addresses{domain="example.com"}', 1],
      ['homelab_domain_answer_ttl_seconds{domain="example.com"}', 300],
      ['homelab_domain_address_last_seen_timestamp_seconds{domain="example.com",address="93.184.216.34"}', now / 1000],
      ['homelab_graph_edge_requests_total{id="svc:adguard|up:dns10.quad9.net"}', 1],
      ['homelab_graph_edge_requests_total{id="cli:192.168.1.23|svc:adguard"}', 3],
    ] as const)
      expect(samples.get(series), series).to.equal(value);
    expect([...samples.keys()].filter((series) => series.includes('client_domain'))).to.deep.equal([]);
  });

  it('forgets the addresses of a domain after a day', () => {
    const accounts = make();
    accounts.dns.record(dnsEvent({ addresses: ['1.1.1.1'] }), now);
    now += 24 * HOUR + 1;
    expect(totalOf(page(accounts), 'homelab_domain_addresses')).to.equal(0);
  });

  it('tells which client asks for what only when that is wanted', () => {
    const accounts = make({ clientDomains: true });
    for (let name = 0; name < 30; name++) accounts.dns.record(dnsEvent({ name: `d${name}.com` }), now);
    const samples = page(accounts);
    expect(samples.get('adguard_client_domain_dns_queries_total{client="192.168.1.23",domain="d0.com"}')).to.equal(1);
    expect(samples.get('adguard_client_domain_dns_queries_total{client="192.168.1.23",domain="other"}')).to.equal(20);
    const lookups = [...samples.keys()].filter((series) => series.includes('kind="lookup"'));
    expect(lookups).to.have.length(3);
  });

  it('tells nothing by client when addresses are anonymized', () => {
    const accounts = make();
    accounts.clients.anonymized = true;
    accounts.dns.record(dnsEvent({ client: '192.168.0.0' }), now);
    const samples = page(accounts);
    expect(totalOf(samples, 'adguard_dns_queries_total')).to.equal(1);
    expect([...samples.keys()].filter((series) => series.includes('192.168'))).to.deep.equal([]);
  });

  it('notices that all queries seem to come from a gateway', () => {
    const accounts = make({ gateways: ['192.168.1.254'] });
    for (let query = 0; query < 199; query++) accounts.dns.record(dnsEvent({ client: '172.18.0.1' }), now);
    expect(accounts.gateways.suspect).to.equal(false);
    accounts.dns.record(dnsEvent({ client: '172.18.0.1' }), now);
    expect(accounts.gateways.suspect).to.equal(true);
    for (let query = 0; query < 2000; query++) accounts.dns.record(dnsEvent(), now);
    expect(accounts.gateways.suspect).to.equal(false);
    for (let query = 0; query < 20_000; query++) accounts.dns.record(dnsEvent({ client: '192.168.1.254' }), now);
    expect(accounts.gateways.suspect).to.equal(true);
  });

  it('counts requests by zone, service, client and server', () => {
    const accounts = make({ accessLog: { path: '/log' } });
    accounts.http.record(httpEvent(), now);
    accounts.http.record(httpEvent({ status: 502 }), now);
    accounts.http.record(httpEvent({ service: '', server: '', status: 404, originSeconds: undefined }), now);
    accounts.http.record(httpEvent({ status: 0, client: 'nonsense' }), now);
    for (let server = 6; server < 10; server++)
      accounts.http.record(httpEvent({ server: `172.18.0.${server}:1` }), now);
    const samples = page(accounts);
    for (const [series, value] of [
      ['homelab_http_requests_total{zone="lan",service="memos@docker",code_class="2xx"}', 5],
      ['homelab_http_requests_total{zone="lan",service="memos@docker",code_class="5xx"}', 1],
      ['homelab_http_requests_total{zone="lan",service="none",code_class="4xx"}', 1],
      ['homelab_http_requests_total{zone="unknown",service="memos@docker",code_class="other"}', 1],
      ['homelab_http_response_body_bytes_total{zone="lan",service="memos@docker"}', 6000],
      ['homelab_http_client_requests_total{client="invalid",service="memos@docker"}', 1],
      ['homelab_http_server_requests_total{service="memos@docker",server="172.18.0.5:5230"}', 3],
      ['homelab_http_server_requests_total{service="memos@docker",server="other"}', 2],
      ['homelab_http_origin_seconds_count{service="memos@docker"}', 7],
      ['homelab_graph_node_errors_total{id="svc:memos"}', 1],
      ['homelab_graph_edge_requests_total{id="svc:traefik|svc:memos"}', 7],
      ['homelab_graph_edge_duration_seconds_total{id="svc:traefik|svc:memos"}', 0.28],
    ] as const)
      expect(samples.get(series), series).to.be.closeTo(value, 1e-9);
  });

  it('names clients and lists as AdGuard does', () => {
    const accounts = make();
    accounts.names.setClients(
      [
        { name: 'television', ids: ['192.168.1.23', 'cid'], tags: ['device_tv'] },
        { name: 'laptop', ids: ['AA:bb:cc:dd:ee:ff'], tags: [] },
      ],
      new Map([
        ['192.168.1.23', 'auto'],
        ['192.168.1.9', 'nas.lan'],
      ]),
      new Map([['aa:bb:cc:dd:ee:ff', '192.168.1.24']]),
    );
    accounts.names.setLists([{ id: 7, name: 'My "list"', category: 'security', rules: 12, updated: 1_700_000_000 }]);
    accounts.names.setServices([{ id: 'tiktok', group: 'social_network', domains: ['tiktok.com'] }]);
    for (const client of ['192.168.1.23', '192.168.1.24', '192.168.1.9', '192.168.1.10'])
      accounts.dns.record(dnsEvent({ client, name: 'www.tiktok.com' }), now);
    accounts.dns.record(dnsEvent({ name: 'bad.example', reason: 3, list: 7 }), now);
    const samples = page(accounts);
    for (const series of [
      'adguard_client_info{client="192.168.1.23",name="television",zone="lan",device_type="tv",device_type_source="tag"}',
      'adguard_client_info{client="192.168.1.24",name="laptop",zone="lan",device_type="laptop",device_type_source="hostname"}',
      'adguard_client_info{client="192.168.1.9",name="nas.lan",zone="lan",device_type="nas",device_type_source="hostname"}',
      'adguard_client_info{client="192.168.1.10",name="",zone="lan",device_type="unknown",device_type_source="none"}',
      'adguard_filter_list_info{list_id="7",name="My \\"list\\"",category="security"}',
      'adguard_domain_category_info{domain="tiktok.com",category="social_network",source="service_rules"}',
      'adguard_domain_category_info{domain="bad.example",category="security",source="filter_list"}',
      'homelab_graph_node_info{id="cli:192.168.1.23",title="television",subtitle="client",color="green"}',
    ])
      expect(samples.get(series), series).to.equal(1);
    expect(samples.get('adguard_filter_list_rules{list_id="7"}')).to.equal(12);
  });

  it('drops the series of a client that lost its place, and begins them again at 0', () => {
    const accounts = make({ clientDomains: true });
    for (let client = 0; client < 64; client++)
      for (let query = 0; query < 3; query++) accounts.dns.record(dnsEvent({ client: `192.168.1.${client}` }), now);
    accounts.dns.record(dnsEvent({ client: '192.168.1.200' }), now);
    expect(page(accounts).get('adguard_client_dns_queries_total{client="other",zone="lan",result="allowed"}')).to.equal(
      1,
    );
    now += 25 * HOUR;
    accounts.dns.record(dnsEvent({ client: '192.168.1.200' }), now);
    const samples = page(accounts);
    expect(
      samples.get('adguard_client_dns_queries_total{client="192.168.1.200",zone="lan",result="allowed"}'),
    ).to.equal(1);
    const clients = new Set([...samples.keys()].map((series) => labelOf(series, 'client')));
    expect(clients.has('192.168.1.0')).to.equal(false);
  });

  it('never draws an edge without both its nodes, and holds every cap that its page promises', async () => {
    const accounts = make({
      clientDomains: true,
      declaredEdges: [{ source: 'prometheus', target: 'traefik', kind: 'scrape' }],
    });
    for (let event = 0; event < 60_000; event++) {
      if (event % 1000 === 0) now += HOUR;
      const client = `192.168.1.${(event * 7) % 200}`;
      const name = `w${event % 13}.d${(event * event) % 3001}.com`;
      accounts.dns.record(dnsEvent({ client, name, upstream: `tls://u${event % 20}`, addresses: [client] }), now);
      if (event % 3 === 0)
        accounts.http.record(httpEvent({ client, service: `s${event % 31}@docker`, server: `h${event % 101}` }), now);
    }
    const samples = page(accounts);
    const nodes = new Set<string>();
    for (const series of samples.keys())
      if (series.startsWith('homelab_graph_node_info')) nodes.add(labelOf(series, 'id') ?? '');
    let edges = 0;
    for (const series of samples.keys()) {
      if (!series.startsWith('homelab_graph_edge_info')) continue;
      edges++;
      expect(nodes, series).to.include.members([labelOf(series, 'source'), labelOf(series, 'target')]);
    }
    expect(nodes.size).to.be.within(50, 150);
    expect(edges).to.be.within(80, 330);
    expect(
      samples.get(
        'homelab_graph_edge_info{id="svc:prometheus|svc:traefik",source="svc:prometheus",target="svc:traefik",kind="scrape"}',
      ),
    ).to.equal(1);
    expect(accounts.store.budget.used).to.be.at.most(4000);
    const catalogue = await metricCatalogue();
    const families = [...samples.keys()].map((series) => series.replace(/\{.*/, ''));
    for (const family of new Set(families))
      expect(families.filter((each) => each === family).length, family).to.be.at.most(
        catalogue.get(family)?.most ?? NaN,
      );
    expect(totalOf(samples, 'adguard_dns_queries_total')).to.equal(60_000);
    expect(totalOf(samples, 'homelab_http_requests_total')).to.be.at.most(20_000);
    const values = (label: string): number =>
      new Set([...samples.keys()].map((series) => labelOf(series, label)).filter((value) => value !== undefined)).size;
    expect(values('client')).to.be.at.most(65);
    expect(values('service')).to.be.at.most(17);
  }).timeout(30_000);
});
