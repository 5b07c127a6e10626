import { expect } from 'chai';
import { parse } from 'yaml';
import type { RenderedManifest, Rendered } from '../../../src/stack/renderer.ts';
import { ClientAddress } from '../../../src/exporter/access-log/client-address.ts';
import { parseAccessLine } from '../../../src/exporter/access-log/parse-line.ts';
import { accessLogPath } from '../../../src/stack/traefik/access-log-path.ts';
import { renderTraefik } from '../../../src/stack/traefik/render-traefik.ts';
import { expectGolden } from '../../support/golden.ts';
import { manifestsText } from '../../support/manifests-text.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';
import { accessLine } from '../../support/exporter/access-line.ts';

const OWN = `
kind: Traefik
metadata: {name: traefik}
`;
const ADOPTED = `
kind: Traefik
metadata: {name: traefik}
spec:
  existing:
    container: proxy
    staticFile: /opt/traefik/config/traefik.yml
    dynamicDirectory: /opt/traefik/config/conf.d:/etc/traefik/conf.d
    logDirectory: /opt/traefik/logs:/logs
    entryPoint: https
`;
const MEMBERS = `
kind: Prometheus
metadata: {name: prometheus}
---
kind: Grafana
metadata: {name: grafana}
`;
const APPLICATIONS = `
kind: MonitoredService
metadata: {name: daily}
spec: {container: daily, port: 8080, access: public, healthCheck: {path: /healthz, status: 204}}
---
kind: MonitoredService
metadata: {name: memos}
spec: {host: notes.lab, container: memos, port: 5230, scheme: https, network: proxy_net}
---
kind: MonitoredService
metadata: {name: nas}
spec: {url: "https://nas.example.org:8443", access: public, tls: {trust: public}, healthCheck: {enabled: false}}
`;

async function rendered(...documents: string[]): Promise<Rendered> {
  const house = await stackHouse(documents.join('---'));
  return renderTraefik(onlyOf(house, 'Traefik'), house);
}

function specOf<K extends RenderedManifest['kind']>({ manifests }: Rendered, kind: K, name: string) {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind}/${name} was rendered`);
  return found.spec as Extract<RenderedManifest, { kind: K }>['spec'];
}

/** Content of a rendered File, as its reader sees it. */
function contentOf(all: Rendered, name: string): Record<string, unknown> {
  return parse(specOf(all, 'File', name).content ?? '') as Record<string, unknown>;
}

function marker(all: Rendered, file: string): string {
  return /bastion-config-[0-9a-f]{12}/.exec(specOf(all, 'File', file).content ?? '')?.[0] ?? '';
}

function looksOf(all: Rendered, file: string): string[] {
  const loaded = specOf(all, 'File', file).onChange?.[0]?.loaded;
  return [loaded, ...(loaded?.and ?? [])].map((look) => look?.path ?? '');
}

describe('a Traefik of our own', () => {
  it('becomes directories, a certificate, two files, a container and a log', async () => {
    expectGolden('unit/stack/golden/traefik-alone.yaml', manifestsText((await rendered(OWN)).manifests));
  });

  it('serves members and applications, each as it says, in networks with all of them', async () => {
    const all = await rendered(OWN, MEMBERS, APPLICATIONS);
    expectGolden('unit/stack/golden/traefik-house.yaml', manifestsText(all.manifests));
  });

  it('is asked about itself under its own name, at the port that is not published', async () => {
    expect((await rendered(OWN)).service).to.deep.equal({
      type: 'traefik',
      at: { container: 'traefik', port: 8082, serverName: 'gateway.lab', authority: 'lab' },
    });
  });

  it('writes query strings into no log, where its version can leave them out', async () => {
    const logged = async (image: string): Promise<unknown> => {
      const all = await rendered(`kind: Traefik\nmetadata: {name: traefik}\nspec: {image: "${image}"}\n`);
      const { accessLog } = contentOf(all, 'traefik-static') as { accessLog: { fields: Record<string, unknown> } };
      return accessLog.fields['queryParameters'];
    };
    const dropped = { defaultMode: 'drop' };
    for (const image of [
      'traefik:v3.6.20',
      'traefik:v3.7.3',
      'registry.lab:5000/traefik:3.8.0@sha256:0',
      'traefik:4.0.0',
    ])
      expect(await logged(image), image).to.deep.equal(dropped);
    for (const image of ['traefik:v3.6.19', 'traefik:v3.7.2', 'traefik:v3.5.30', 'traefik:v3', 'traefik@sha256:0'])
      expect(await logged(image), image).to.equal(undefined);
  });

  it('logs all that the exporter reads of a request, so that its client has a zone', async () => {
    const all = await rendered(OWN);
    const { accessLog } = contentOf(all, 'traefik-static') as { accessLog: { fields: { names: object } } };
    const kept = Object.keys(accessLog.fields.names);
    const whole = JSON.parse(accessLine()) as Record<string, unknown>;
    const logged = Object.fromEntries(Object.entries(whole).filter(([name]) => kept.includes(name)));
    const read = (line: string) => parseAccessLine(line, new ClientAddress([]));
    expect(read(JSON.stringify(logged))).to.deep.equal(read(JSON.stringify(whole)));
    expect(read(JSON.stringify(logged))?.client).to.equal('192.168.1.23');
  });

  it('goes by the version of the image that the Bastion puts in place', async () => {
    const replaced = `kind: Bastion\nmetadata: {name: bastion}\nspec: {images: {"traefik:v3.7.9": "mine/traefik:3.7.15"}}\n`;
    const text = specOf(await rendered(replaced, OWN), 'File', 'traefik-static').content;
    expect(text).to.contain('aliasHeadersStrategy: delete');
    expect(specOf(await rendered(OWN), 'File', 'traefik-static').content).not.to.contain('aliasHeadersStrategy');
  });

  it('sends plain HTTP on to the port that the house sees, and has no entrypoint for it where that is not wanted', async () => {
    const entryPoints = async (ports: string): Promise<Record<string, unknown>> => {
      const all = await rendered(`kind: Traefik\nmetadata: {name: traefik}\nspec: {ports: ${ports}}\n`);
      return contentOf(all, 'traefik-static')['entryPoints'] as Record<string, unknown>;
    };
    expect(JSON.stringify((await entryPoints('{}'))['web'])).to.contain('"to":"websecure"');
    expect(JSON.stringify((await entryPoints('{websecure: 8443}'))['web'])).to.contain('"to":":8443"');
    expect(await entryPoints('{web: 0}')).to.have.all.keys('websecure', 'metrics', 'ping');
  });

  it('publishes at the address that it is told, and nothing where it is told nothing', async () => {
    const ports = async (text: string): Promise<unknown> =>
      specOf(
        await rendered(`kind: Traefik\nmetadata: {name: traefik}\nspec: {ports: ${text}}\n`),
        'Container',
        'traefik',
      ).ports;
    expect(await ports('{hostIp: "::1", web: 0}')).to.deep.equal([{ target: 443, published: 443, host_ip: '::1' }]);
    expect(await ports('{web: 0, websecure: 0}')).to.deep.equal([]);
  });

  it('keeps no access log and no directory for it where that is switched off', async () => {
    const all = await rendered('kind: Traefik\nmetadata: {name: traefik}\nspec: {accessLog: {enabled: false}}\n');
    expect(all.manifests.map(({ kind }) => kind)).not.to.include('LogFile');
    expect(contentOf(all, 'traefik-static')).not.to.have.property('accessLog');
    expect(JSON.stringify(specOf(all, 'Container', 'traefik').volumes)).not.to.contain('/var/log');
  });

  it('shows by another marker that another configuration is loaded, and by the same that it is the same', async () => {
    const before = await rendered(OWN, MEMBERS);
    const after = await rendered(OWN, MEMBERS, APPLICATIONS);
    expect(marker(before, 'traefik-dynamic')).not.to.equal(marker(after, 'traefik-dynamic'));
    expect(await rendered(OWN, MEMBERS)).to.deep.equal(before);
    expect(looksOf(after, 'traefik-dynamic')).to.deep.equal([
      `/api/http/middlewares/${marker(after, 'traefik-dynamic')}@file`,
      ...['bastion-metrics', 'bastion-api', 'bastion-dashboard', 'prometheus', 'grafana', 'daily', 'memos', 'nas'].map(
        (name) => `/api/http/routers/${name}@file`,
      ),
    ]);
  });

  it('lets nobody administrate Prometheus, however the path is written', async () => {
    const all = await rendered(OWN, MEMBERS);
    const { http } = contentOf(all, 'traefik-dynamic') as { http: { routers: Record<string, { rule: string }> } };
    expect(http.routers['prometheus']?.rule).to.equal(
      'Host(`prometheus.lab`) && !PathPrefix(`/api/v1/admin`) && !PathPrefix(`/-/reload`) && ' +
        '!PathPrefix(`/-/quit`) && !PathRegexp(`%`)',
    );
  });

  it('is the only one in a house', async () => {
    const house = await stackHouse(`${OWN}---\n${OWN.replace('name: traefik', 'name: another')}`);
    const [another, traefik] = house.stack.Traefik.map((each) => renderTraefik(each, house));
    expect(another?.problems).to.equal(undefined);
    expect(traefik).to.deep.equal({
      manifests: [],
      problems: [{ path: ['kind'], message: 'a house has one Traefik, and Traefik/another is that' }],
    });
  });

  it('says which fields cannot be used together, and becomes nothing then', async () => {
    const wrong = await rendered(
      'kind: Traefik\nmetadata: {name: t}\nspec: {tlsOptions: {strict: default, public: default}, ports: {websecure: 0}}\n',
    );
    expect(wrong.problems?.map(({ path, message }) => `${path.join('.')} ${message}`)).to.deep.equal([
      'spec.tlsOptions.strict is the option of all routers that name none: choose another name',
      'spec.tlsOptions.public is the option of all routers that name none: choose another name',
      'spec.tlsOptions.public is the name of the strict option too',
      'spec.ports.web sends everything on to websecure, which has no port: set it to 0 too',
    ]);
    expect(wrong.manifests).to.deep.equal([]);
  });
});

describe('a Traefik that is adopted', () => {
  it('gets a patch, two files and certificates, and keeps its container', async () => {
    const all = await rendered(ADOPTED, MEMBERS, APPLICATIONS);
    expectGolden('unit/stack/golden/traefik-adopted.yaml', manifestsText(all.manifests));
    expect(all.manifests.map(({ kind }) => kind)).not.to.include.members(['Container', 'Directory']);
    expect(all.service).to.have.nested.property('at.container', 'proxy');
  });

  it('keeps its default TLS options, and the metrics require a certificate all the same', async () => {
    const { tls, tcp, http } = contentOf(await rendered(ADOPTED), 'traefik-internal') as {
      tls: { options: Record<string, { clientAuth: { clientAuthType: string } }> };
      tcp: { routers: Record<string, unknown> };
      http: { routers: Record<string, { entryPoints: string[] }> };
    };
    expect(tls.options).to.have.all.keys('strict', 'public');
    expect(tcp.routers['bastion-metrics']).to.deep.include({
      entryPoints: ['metrics'],
      rule: 'HostSNI(`gateway.lab`)',
      tls: { options: 'strict' },
    });
    expect(Object.values(http.routers).map(({ entryPoints }) => entryPoints)).to.deep.equal([
      ['bastion-internal'],
      ['bastion-internal'],
    ]);
  });

  it('requires certificates of everybody once that is wanted', async () => {
    const all = await rendered(ADOPTED.replace('entryPoint: https', 'strictDefault: true'), MEMBERS);
    const { tls } = contentOf(all, 'traefik-internal') as { tls: { options: Record<string, unknown> } };
    expect(tls.options).to.have.all.keys('default', 'strict', 'public');
    expect(tls.options['default']).to.deep.equal(tls.options['strict']);
  });

  it('is patched after its certificates, options and container, and gets its routes after that', async () => {
    const all = await rendered(ADOPTED, MEMBERS);
    expect(specOf(all, 'File', 'traefik-internal')).to.deep.include({
      dependsOn: ['Certificate/traefik', 'Certificate/traefik-hosts'],
    });
    expect(specOf(all, 'FilePatch', 'traefik-static')).to.deep.include({
      dependsOn: ['Container/proxy', 'File/traefik-internal'],
    });
    expect(specOf(all, 'File', 'traefik-routes')).to.deep.include({ dependsOn: ['FilePatch/traefik-static'] });
    expect(specOf(all, 'File', 'traefik-internal').onChange).to.equal(undefined);
  });

  it('has its options verified with the routes, also when only the options change', async () => {
    const before = await rendered(ADOPTED, MEMBERS);
    const after = await rendered(`${ADOPTED}  tlsOptions: {strict: mtls}\n`, MEMBERS);
    for (const all of [before, after])
      expect(looksOf(all, 'traefik-routes')).to.include(
        `/api/http/middlewares/${marker(all, 'traefik-internal')}@file`,
      );
    expect(marker(after, 'traefik-internal')).not.to.equal(marker(before, 'traefik-internal'));
    expect(marker(after, 'traefik-routes')).not.to.equal(marker(before, 'traefik-routes'));
  });

  it('moves no ping and no log that nobody asked about', async () => {
    const quiet = specOf(
      await rendered(ADOPTED.replace(/ {4}logDirectory.*\n/, '')),
      'FilePatch',
      'traefik-static',
    ).set;
    expect(quiet).not.to.have.any.keys('ping', 'accessLog');
    const asked = specOf(await rendered(`${ADOPTED}    ping: true\n`), 'FilePatch', 'traefik-static').set;
    expect(asked).to.deep.include({ ping: { entryPoint: 'ping' } });
  });
});

describe('the access log of the house', () => {
  it('is where Traefik writes it on the host, and nowhere without one', async () => {
    expect(accessLogPath(await stackHouse(OWN))).to.equal('/opt/core/traefik/logs/access.log');
    expect(accessLogPath(await stackHouse(ADOPTED))).to.equal('/opt/traefik/logs/access.log');
    expect(accessLogPath(await stackHouse(MEMBERS))).to.equal(undefined);
  });
});
