import { expect } from 'chai';
import { parse } from 'yaml';
import type { RenderedManifest } from '../../../src/stack/renderer.ts';
import { renderGrafana } from '../../../src/stack/grafana.ts';
import { expectGolden } from '../../support/golden.ts';
import { manifestsText } from '../../support/manifests-text.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';

const PROMETHEUS = `
kind: Prometheus
metadata: {name: prometheus}
spec: {}
`;
const GRAFANA = `
kind: Grafana
metadata: {name: grafana}
spec: {}
`;

function dashboard(name: string, rest = ''): string {
  return `
kind: Dashboard
metadata: {name: ${name}}
spec: {content: '{"uid":"${name}","title":"${name}"}'${rest}}
`;
}

async function rendered(...documents: string[]) {
  const house = await stackHouse(documents.join('---'));
  return renderGrafana(onlyOf(house, 'Grafana'), house);
}

function specOf<K extends RenderedManifest['kind']>(manifests: readonly RenderedManifest[], kind: K, name: string) {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind}/${name} was rendered`);
  return found.spec as Extract<RenderedManifest, { kind: K }>['spec'];
}

describe('a Grafana', () => {
  it('becomes directories, secrets, a certificate, provisioning and a container', async () => {
    const { manifests } = await rendered(
      PROMETHEUS,
      GRAFANA,
      dashboard('zones', ', folder: Network'),
      dashboard('topology', ', folder: Network'),
      dashboard('start'),
    );
    expectGolden('unit/stack/golden/grafana.yaml', manifestsText(manifests));
  });

  it('is asked for its data source, the dashboards of the house and the one that it always has', async () => {
    const { service } = await rendered(PROMETHEUS, GRAFANA, dashboard('zones'), dashboard('addresses'));
    expect(service).to.deep.equal({
      type: 'grafana',
      at: { container: 'grafana', port: 3000, serverName: 'grafana.lab', authority: 'lab' },
      adminUser: 'admin',
      adminPassword: '/opt/core/grafana/secrets/admin-password',
      datasources: ['prometheus'],
      dashboards: ['addresses', 'bastion-fallback', 'zones'],
    });
  });

  it('publishes no port, joins one network and cannot become more than it is', async () => {
    const { manifests } = await rendered(PROMETHEUS, GRAFANA);
    const spec = specOf(manifests, 'Container', 'grafana');
    expect(spec.ports).to.equal(undefined);
    expect(spec.networks).to.deep.equal({ grafana: { aliases: ['grafana.lab'] } });
    expect(spec).to.include({ read_only: true, user: '472:0', mem_limit: '384m' });
    expect(spec.cap_drop).to.deep.equal(['ALL']);
  });

  it('takes names and sizes from the house and its own spec', async () => {
    const { manifests, service } = await rendered(
      `
kind: Bastion
metadata: {name: bastion}
spec: {domain: home.arpa, dataDirectory: /srv/core, pkiDirectory: /srv/pki, certificateAuthority: home, networks: {grafana: view}}
`,
      `
kind: Prometheus
metadata: {name: metrics}
spec: {hostname: series, scrapeInterval: 15s}
`,
      `
kind: Grafana
metadata: {name: grafana}
spec: {hostname: charts, memoryLimit: 1g, adminUser: root, secretsDirectory: /etc/bastion/secrets/charts, minRefreshInterval: 1m}
`,
    );
    const spec = specOf(manifests, 'Container', 'grafana');
    expect(spec.environment).to.include({
      GOMEMLIMIT: '800MiB',
      GF_SERVER_ROOT_URL: 'https://charts.home.arpa/',
      GF_SECURITY_ADMIN_USER: 'root',
      GF_DASHBOARDS_MIN_REFRESH_INTERVAL: '1m',
    });
    expect(spec.networks).to.deep.equal({ view: { aliases: ['charts.home.arpa'] } });
    expect(spec.volumes).to.deep.equal([
      '/srv/core/grafana/config:/etc/bastion-grafana:ro',
      '/etc/bastion/secrets/charts:/run/secrets:ro',
      '/srv/pki/live/grafana:/etc/bastion-certs:ro',
      '/srv/core/grafana/data:/var/lib/grafana',
    ]);
    const sources = parse(specOf(manifests, 'File', 'grafana-datasources').content ?? '') as {
      datasources: { url: string; jsonData: object }[];
    };
    expect(sources.datasources[0]?.url).to.equal('https://series.home.arpa:9090');
    expect(sources.datasources[0]?.jsonData).to.include({ serverName: 'series.home.arpa', timeInterval: '15s' });
    expect(service).to.deep.include({
      adminPassword: '/etc/bastion/secrets/charts/admin-password',
      at: { container: 'grafana', port: 3000, serverName: 'charts.home.arpa', authority: 'home' },
    });
  });

  it('holds no secret and no key: both come from files', async () => {
    const { manifests } = await rendered(PROMETHEUS, GRAFANA);
    const text = manifestsText(manifests);
    expect(text).not.to.match(/BEGIN|PASSWORD: |SECRET_KEY: /);
    for (const name of ['GF_SECURITY_ADMIN_PASSWORD__FILE', 'GF_SECURITY_SECRET_KEY__FILE'])
      expect(text).to.contain(`${name}: /run/secrets/`);
    expect(text).to.contain('tlsClientKey: $__file{/etc/bastion-certs/tls.key}');
  });

  it('never asks for less than a verified connection to Prometheus', async () => {
    const { manifests } = await rendered(PROMETHEUS, GRAFANA);
    const { content = '' } = specOf(manifests, 'File', 'grafana-datasources');
    expect(content).not.to.match(/skip/i);
    const [source] = (parse(content) as { datasources: { jsonData: object }[] }).datasources;
    expect(source?.jsonData).to.include({ tlsAuth: true, tlsAuthWithCACert: true, serverName: 'prometheus.lab' });
  });

  it('shows a home dashboard that needs nothing but what Prometheus tells by itself', async () => {
    const { manifests } = await rendered(PROMETHEUS, GRAFANA);
    const home = JSON.parse(specOf(manifests, 'File', 'grafana-home').content ?? '') as {
      panels: { targets?: { expr: string; datasource: object }[] }[];
    };
    const targets = home.panels.flatMap((panel) => panel.targets ?? []);
    expect(targets).to.have.length.above(5);
    for (const { expr, datasource } of targets) {
      expect(datasource).to.deep.equal({ type: 'prometheus', uid: 'prometheus' });
      const names = [...expr.matchAll(/\b(up|ALERTS|[a-z]+(?:_[a-z]+)+)\b/g)].map(([name]) => name);
      expect(names.length, expr).to.be.above(0);
      for (const name of names) expect(name).to.match(/^(up|ALERTS|scrape_|prometheus_|process_)/);
    }
  });

  it('says when it has no Prometheus, several, or one that is not there', async () => {
    expect((await rendered(GRAFANA)).problems).to.deep.equal([
      { path: ['spec', 'prometheus'], message: 'there is no Prometheus: declare one' },
    ]);
    const second = PROMETHEUS.replace('prometheus}', 'other}');
    expect((await rendered(GRAFANA, PROMETHEUS, second)).problems?.[0]?.message).to.equal(
      'there is more than one Prometheus (other, prometheus): name one of them',
    );
    const named = GRAFANA.replace('{}', '{prometheus: none}');
    expect((await rendered(named, PROMETHEUS)).problems?.[0]?.message).to.equal(
      'there is no Prometheus/none: there is prometheus',
    );
  });
});
