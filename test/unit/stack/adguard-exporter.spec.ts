import { expect } from 'chai';
import fc from 'fast-check';
import { createAccounts } from '../../../src/exporter/accounts/accounts.ts';
import { parseConfig } from '../../../src/exporter/config/parse-config.ts';
import { renderAdGuardExporter } from '../../../src/stack/adguard-exporter.ts';
import { declaredEdges } from '../../../src/stack/adguard-exporter/declared-edges.ts';
import type { Rendered, RenderedManifest } from '../../../src/stack/renderer.ts';
import { RENDERERS } from '../../../src/stack/renderers.ts';
import { httpEvent } from '../../support/exporter/dns-event.ts';
import { expectGolden } from '../../support/golden.ts';
import { manifestsText } from '../../support/manifests-text.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';

const TRAEFIK = `
kind: Traefik
metadata: {name: traefik}
spec: {}
`;
const NODE_EXPORTER = `
kind: NodeExporter
metadata: {name: node-exporter}
spec: {}
`;
const PROMETHEUS = `
kind: Prometheus
metadata: {name: prometheus}
spec: {}
`;

function exporter(spec = '{}'): string {
  return `
kind: AdGuardExporter
metadata: {name: adguard-exporter}
spec: ${spec}
`;
}

async function rendered(...documents: string[]): Promise<Rendered> {
  const house = await stackHouse(documents.join('---'));
  return renderAdGuardExporter(onlyOf(house, 'AdGuardExporter'), house);
}

function specOf<K extends RenderedManifest['kind']>({ manifests }: Rendered, kind: K, name: string) {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind}/${name} was rendered`);
  return found.spec as Extract<RenderedManifest, { kind: K }>['spec'];
}

/** The configuration as the program reads it. */
function configOf(result: Rendered) {
  const parsed = parseConfig(specOf(result, 'File', 'adguard-exporter-config').content ?? '');
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

async function problemsOf(...documents: string[]): Promise<string[]> {
  const { problems = [] } = await rendered(...documents);
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('an AdGuardExporter', () => {
  it('becomes an image, directories, a certificate, a checked configuration and two containers', async () => {
    const result = await rendered(
      `
kind: Bastion
metadata: {name: bastion}
spec: {zones: {underlay: [192.168.1.0/24], external: [0.0.0.0/0, "::/0"]}}
`,
      TRAEFIK,
      PROMETHEUS,
      exporter('{adguard: {url: "https://dns.lab", user: exporter, address: 192.168.1.77}}'),
    );
    expectGolden('unit/stack/golden/adguard-exporter.yaml', manifestsText(result.manifests));
  });

  it('has a configuration that the program takes, with a state file and for known clients only', async () => {
    const config = configOf(await rendered(TRAEFIK, PROMETHEUS, exporter('{adguard: {url: "https://dns.lab"}}')));
    expect(config.stateFile).to.equal('/var/lib/adguard-exporter/state.json');
    expect(config.listen.allowedClients).to.deep.equal(['operator.lab', 'prometheus.lab']);
    expect(config.clientDomains).to.equal(false);
    expect(config.localDomains).to.deep.equal(['lab']);
    expect(config.adguard?.tls).to.deep.equal({
      authority: '/etc/bastion-certs/ca.crt',
      certificate: '/etc/bastion-certs/tls.crt',
      key: '/etc/bastion-certs/tls.key',
    });
    expect(config.accessLog?.path).to.equal('/var/log/traefik/access.log');
  });

  it('has the zones of the house', async () => {
    const config = configOf(
      await rendered(
        TRAEFIK,
        `
kind: NetworkZone
metadata: {name: trusted}
spec: {cidrs: [100.64.0.0/10]}
`,
        exporter(),
      ),
    );
    expect(config.zones.map(({ name }) => name)).to.deep.equal(['trusted']);
  });

  it('is limited to what the seeds gave it, without swap, without a port and without rights', async () => {
    const spec = specOf(await rendered(TRAEFIK, exporter()), 'Container', 'adguard-exporter');
    expect(spec).to.include({ mem_limit: '40m', memswap_limit: '40m', user: '65532:65532', read_only: true });
    expect(spec.ports).to.equal(undefined);
    expect(spec.networks).to.deep.equal({ monitoring: { aliases: ['adguard-exporter.lab'] } });
  });

  it('leaves the monitoring network only where AdGuard Home is asked, and only as far as that', async () => {
    const url = 'url: "https://dns.lab"';
    const networksOf = async (spec: string, ...others: string[]) =>
      specOf(await rendered(exporter(spec), ...others), 'Container', 'adguard-exporter').networks;
    expect(await networksOf(`{adguard: {${url}}}`, TRAEFIK)).to.have.all.keys('monitoring', 'edge');
    expect(await networksOf(`{adguard: {${url}, network: dns}}`)).to.have.all.keys('monitoring', 'dns');
  });

  it('mounts whole directories of logs, read-only, for a rotated log is another file', async () => {
    const { volumes } = specOf(
      await rendered(exporter('{accessLog: /opt/traefik/logs/access.json}')),
      'Container',
      'adguard-exporter',
    );
    expect(volumes).to.include('/opt/traefik/logs:/var/log/traefik:ro');
    const config = configOf(await rendered(exporter('{accessLog: /opt/traefik/logs/access.json}')));
    expect(config.accessLog?.path).to.equal('/var/log/traefik/access.json');
  });

  it('runs as root for a query log that only root may read, and owns its files as root then', async () => {
    const result = await rendered(
      exporter(
        '{adguard: {url: "https://dns.lab", network: dns, user: exporter, queryLogFile: /opt/adguardhome/work/data/querylog.json}}',
      ),
    );
    const spec = specOf(result, 'Container', 'adguard-exporter');
    expect(spec.user).to.equal('0:0');
    expect(spec.cap_drop).to.deep.equal(['ALL']);
    expect(spec.volumes).to.include('/opt/adguardhome/work/data:/var/log/adguard:ro');
    expect(specOf(result, 'Secret', 'adguard-exporter-adguard-password').owner).to.equal(0);
    expect(specOf(result, 'Certificate', 'adguard-exporter').owner).to.equal(0);
    expect(specOf(result, 'Directory', 'adguard-exporter-data').owner).to.equal(0);
    expect(configOf(result).adguard).to.include({
      queryLog: 'file',
      queryLogFile: '/var/log/adguard/querylog.json',
      passwordFile: '/run/secrets/adguard-password',
    });
  });

  it('takes an image that is there instead of building one, for all that runs it', async () => {
    const result = await rendered(TRAEFIK, exporter('{image: "registry.lab/adguard-exporter:0.1.0"}'));
    expect(result.manifests.filter(({ kind }) => kind === 'Image')).to.deep.equal([]);
    const images = [
      specOf(result, 'Container', 'adguard-exporter').image,
      specOf(result, 'Container', 'adguard-exporter-pages').image,
      specOf(result, 'File', 'adguard-exporter-config').check?.image,
    ];
    expect(new Set(images)).to.deep.equal(new Set(['registry.lab/adguard-exporter:0.1.0']));
  });

  it('says what it cannot do: nothing to read, no way to AdGuard Home, a password in clear', async () => {
    expect(await problemsOf(exporter())).to.deep.equal([
      'spec: has nothing to read: say where AdGuard Home answers (adguard), or where the access log lies (accessLog)',
    ]);
    expect(await problemsOf(exporter('{adguard: {url: "https://dns.lab"}}'))).to.deep.equal([
      'spec.adguard.network: is needed, for without a Traefik there is no network edge: name the network to reach it in',
    ]);
    expect(await problemsOf(TRAEFIK, exporter('{adguard: {url: "http://dns.lab"}}'))).to.deep.equal([
      'spec.adguard.url: is without TLS: write https, or the reason into insecure',
    ]);
    expect(await problemsOf(TRAEFIK, exporter('{adguard: {url: "https://dns.lab", insecure: old}}'))).to.deep.equal([
      'spec.adguard.insecure: is a reason for http, and the URL is https: remove it',
    ]);
    const plain = await rendered(TRAEFIK, exporter('{adguard: {url: "http://dns.lab", insecure: none yet}}'));
    expect(configOf(plain).adguard).not.to.have.property('tls');
  });

  it('draws what no log shows: who scrapes whom, and what people declared', async () => {
    const house = await stackHouse(
      [
        TRAEFIK,
        PROMETHEUS,
        'kind: Grafana\nmetadata: {name: grafana}\nspec: {}\n',
        'kind: NodeExporter\nmetadata: {name: node-exporter}\nspec: {}\n',
        `
kind: MonitoredService
metadata: {name: memos}
spec: {container: memos, port: 5230, graph: {dependsOn: [Post gres, prometheus]}}
`,
        exporter('{adguard: {url: "https://dns.lab"}}'),
      ].join('---\n'),
    );
    expect(declaredEdges(house).map(({ source, target, kind }) => `${source} ${kind} ${target}`)).to.deep.equal([
      'adguard-exporter declared adguard',
      'grafana declared prometheus',
      'memos declared Post-gres',
      'memos declared prometheus',
      'prometheus scrape adguard-exporter',
      'prometheus scrape grafana',
      'prometheus scrape node-exporter',
      'prometheus scrape traefik',
    ]);
  });

  it('draws services under the titles that people gave them', async () => {
    const service = `
kind: MonitoredService
metadata: {name: memos}
spec: {container: memos, port: 5230, graph: {title: "Memos,\\n for all"}}
`;
    const config = configOf(await rendered(TRAEFIK, service, exporter()));
    expect(config.titles).to.deep.equal([{ service: 'memos', title: 'Memos, for all' }]);
    const accounts = createAccounts(config, () => 0);
    accounts.http.record(httpEvent({ service: 'memos@file' }), 0);
    expect(accounts.store.render()).to.contain(
      'homelab_graph_node_info{id="svc:memos",title="Memos, for all",subtitle="service",color="blue"} 1',
    );
  });

  it("compares the zones with firewalld's only where its files are named, which it only reads", async () => {
    const mounts = (result: Rendered): string =>
      JSON.stringify(specOf(result, 'Container', 'adguard-exporter').volumes);
    const without = await rendered(TRAEFIK, exporter());
    expect(configOf(without).firewalldZones).to.equal(undefined);
    expect(mounts(without)).not.to.contain('firewalld');
    const result = await rendered(TRAEFIK, exporter('{firewalldZones: /etc/firewalld/zones}'));
    expect(configOf(result).firewalldZones).to.equal('/etc/firewalld/zones');
    expect(mounts(result)).to.contain('/etc/firewalld/zones:/etc/firewalld/zones:ro');
  });

  it('runs as a user that no other member of the stack has', async () => {
    const house = await stackHouse([PROMETHEUS, exporter(), TRAEFIK, NODE_EXPORTER].join('---'));
    const users = [
      renderAdGuardExporter(onlyOf(house, 'AdGuardExporter'), house),
      RENDERERS.Prometheus(onlyOf(house, 'Prometheus'), house),
      RENDERERS.NodeExporter(onlyOf(house, 'NodeExporter'), house),
    ].flatMap(({ manifests }) =>
      manifests.flatMap((manifest) =>
        manifest.kind === 'Container' && manifest.spec.user !== undefined ? [manifest.spec.user] : [],
      ),
    );
    expect(users.length).to.be.at.least(3);
    expect(users).to.deep.equal([...new Set(users)]);
  });

  it('has a configuration that the program takes, whatever the house holds', async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
    const zones = fc.dictionary(word, fc.uniqueArray(fc.tuple(fc.nat(255), fc.nat(255)), { maxLength: 5 }), {
      maxKeys: 20,
    });
    await fc.assert(
      fc.asyncProperty(
        zones,
        fc.uniqueArray(fc.tuple(word, fc.array(fc.string({ maxLength: 80 }), { maxLength: 12 })), {
          maxLength: 12,
          selector: ([name]) => name,
        }),
        async (ranges, services) => {
          const house = await stackHouse(
            [
              JSON.stringify({
                kind: 'Bastion',
                metadata: { name: 'bastion' },
                spec: {
                  zones: Object.fromEntries(
                    Object.entries(ranges).map(([name, list]) => [name, list.map(([a, b]) => `10.${a}.${b}.0/24`)]),
                  ),
                },
              }),
              ...services.map(([name, dependsOn]) =>
                JSON.stringify({
                  kind: 'MonitoredService',
                  metadata: { name },
                  spec: { container: name, port: 80, graph: { dependsOn } },
                }),
              ),
              TRAEFIK,
              PROMETHEUS,
              exporter(),
            ].join('\n---\n'),
          );
          configOf(renderAdGuardExporter(onlyOf(house, 'AdGuardExporter'), house));
        },
      ),
      { numRuns: 30 },
    );
  }).timeout(20_000);
});
