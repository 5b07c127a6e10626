import { expect } from 'chai';
import { parse } from 'yaml';
import type { Levels } from '../../../src/model/levels.ts';
import type { House, Rendered } from '../../../src/stack/renderer.ts';
import { expectGolden } from '../../support/golden.ts';
import { manifestsText } from '../../support/manifests-text.ts';
import { part, problemsOf, rendered, textOf } from '../../support/rendered-stack.ts';
import { stackHouse } from '../../support/stack-house.ts';

const PROMETHEUS = 'Prometheus/prometheus';
const HOUSE = `
kind: Bastion
metadata: {name: bastion}
spec: {clientCertificate: operator}
---
kind: Traefik
metadata: {name: traefik}
---
kind: Prometheus
metadata: {name: prometheus}
spec: {operator: {}}
---
kind: NodeExporter
metadata: {name: node-exporter}
---
kind: AdGuardExporter
metadata: {name: adguard-exporter}
---
kind: Grafana
metadata: {name: grafana}
---
kind: ScrapeTarget
metadata: {name: nas}
spec: {host: nas.lab, port: 9100, address: 192.168.1.20, heavy: true, labels: {room: cellar}}
`;

function alone(spec: string): string {
  return `kind: Prometheus\nmetadata: {name: prometheus}\nspec: ${spec}`;
}

async function prometheus(text = HOUSE, others: Partial<Pick<House, 'levels' | 'source'>> = {}): Promise<Rendered> {
  return rendered(await stackHouse(text, others), PROMETHEUS);
}

function at(loop: 'memory' | 'disk', level: number): { levels: Levels } {
  return { levels: { [PROMETHEUS]: { [loop]: { level, since: 0, cause: 'a test' } } } };
}

/** Flags and such, without what tells the container from others. */
function commandOf(result: Rendered): readonly string[] {
  return part(result, 'Container', 'prometheus').spec.command as readonly string[];
}

describe('a Prometheus', () => {
  it('becomes directories, a certificate, checked files and a container', async () => {
    const { manifests } = await prometheus();
    const shown = manifests.map((manifest) =>
      manifest.kind === 'File' && manifest.metadata.name === 'prometheus-rules'
        ? { ...manifest, spec: { ...manifest.spec, content: '...', check: { ...manifest.spec.check, files: {} } } }
        : manifest,
    );
    expectGolden('unit/stack/golden/prometheus.yaml', manifestsText(shown));
  });

  it('is the same when the house is the same', async () => {
    expect(await prometheus()).to.deep.equal(await prometheus());
  });

  it('names in its checks everything that they read', async () => {
    const result = await prometheus();
    for (const name of ['prometheus-config', 'prometheus-web-config'])
      expect(part(result, 'File', name).spec).to.deep.include({ dependsOn: ['Certificate/prometheus'] });
    const { check } = part(result, 'File', 'prometheus-rules').spec;
    const [, test = []] = (check?.commands ?? []) as string[][];
    const files = test.slice(3).map((argument) => argument.replace('{file}', 'bastion.yml'));
    expect(files).to.have.length.above(0);
    expect(Object.keys(check?.files ?? {})).to.have.members(files);
  });

  it('is seen to have loaded exactly this configuration', async () => {
    const markers = (result: Rendered): string[] =>
      ['prometheus-config', 'prometheus-rules'].map(
        (name) => part(result, 'File', name).spec.onChange?.[0]?.loaded?.contains ?? '',
      );
    const [one, other] = [await prometheus(), await prometheus(HOUSE, at('memory', 1))];
    expect(textOf(one, 'prometheus-config')).to.contain(markers(one)[0]);
    expect(textOf(one, 'prometheus-rules')).to.contain(markers(one)[1]);
    expect(markers(one)[0], 'another interval').to.not.equal(markers(other)[0]);
    expect(markers(one)[1], 'the same rules').to.equal(markers(other)[1]);
  });

  it('has time to load: a reload waits for scrapes that hang until these are given up', async () => {
    const within = async (text: string): Promise<(string | undefined)[]> => {
      const result = await prometheus(text);
      return ['prometheus-config', 'prometheus-rules'].map(
        (name) => part(result, 'File', name).spec.onChange?.[0]?.loaded?.within,
      );
    };
    expect(await within(alone('{}')), 'scrapes may take 10 s').to.deep.equal(['40s', '40s']);
    expect(await within(alone('{scrapeTimeout: 2m}'))).to.deep.equal(['150s', '150s']);
  });

  it('joins the network of Grafana only when there is one, and others that it is told to', async () => {
    const networks = async (text: string): Promise<string[]> =>
      Object.keys(part(await prometheus(text), 'Container', 'prometheus').spec.networks ?? {});
    expect(await networks(alone('{}'))).to.deep.equal(['monitoring']);
    expect(await networks(HOUSE)).to.deep.equal(['monitoring', 'grafana']);
    expect(await networks(alone('{networks: [edge]}'))).to.deep.equal(['monitoring', 'edge']);
  });

  it('serves its administrator only for a backup of it', async () => {
    const backup = 'kind: Backup\nmetadata: {name: nightly}\nspec: {directory: /mnt/backup, prometheus: prometheus}';
    const flag = '--web.enable-admin-api';
    expect(commandOf(await prometheus(alone('{}')))).to.not.include(flag);
    expect(commandOf(await prometheus(`${alone('{}')}\n---\n${backup}`))).to.include(flag);
    expect(
      commandOf(await prometheus(`${alone('{}')}\n---\n${backup.replace(': prometheus}', ': other}')}`)),
    ).to.not.include(flag);
  });

  it('limits by name who may connect where its image can', async () => {
    const names = async (image: string): Promise<unknown> => {
      const web = parse(textOf(await prometheus(alone(`{image: "${image}"}`)), 'prometheus-web-config')) as {
        tls_server_config: Record<string, unknown>;
      };
      expect(web.tls_server_config['client_auth_type']).to.equal('RequireAndVerifyClientCert');
      return web.tls_server_config['client_allowed_sans'];
    };
    expect(await names('prom/prometheus:v3.14.0')).to.deep.equal(['prometheus.lab', 'operator.lab']);
    expect(await names('prom/prometheus:v2.45.0')).to.deep.equal(['prometheus.lab', 'operator.lab']);
    expect(await names('prom/prometheus:v2.42.0')).to.equal(undefined);
  });

  it('goes by the image that is really used', async () => {
    const text = `
kind: Bastion
metadata: {name: bastion}
spec: {images: {"prom/prometheus:v3.14.0": "mirror.lab:5000/prometheus:2.42.0"}}
---
${alone('{}')}`;
    const result = await prometheus(text);
    expect(textOf(result, 'prometheus-web-config')).to.not.contain('client_allowed_sans');
    expect(part(result, 'Container', 'prometheus').spec.image, 'as written, for the Bastion replaces it').to.equal(
      'prom/prometheus:v3.14.0',
    );
  });

  it('gives the garbage collector most of its memory limit as a goal', async () => {
    const environment = async (limit: string): Promise<unknown> =>
      part(await prometheus(alone(`{memoryLimit: ${limit}}`)), 'Container', 'prometheus').spec.environment;
    expect(await environment('512m')).to.deep.equal({ GOMEMLIMIT: '450MiB' });
    expect(await environment('2g')).to.deep.equal({ GOMEMLIMIT: '1802MiB' });
  });

  it('takes people’s rules into its own file, under the name of theirs', async () => {
    const text = 'groups: [{name: beds, rules: [{alert: Dry, expr: "soil_moisture_ratio < 0.2"}]}]';
    const source: House['source'] = (of, path) =>
      of === PROMETHEUS && path === 'rules/garden.rules' ? { text } : { problem: `${path} is not there` };
    const result = await prometheus(alone('{extraRules: [rules/garden.rules]}'), { source });
    expect(problemsOf(result)).to.deep.equal([]);
    const { groups } = parse(textOf(result, 'prometheus-rules')) as { groups: { name: string; rules: unknown[] }[] };
    expect(groups.at(-1)).to.deep.equal({
      name: 'garden/beds',
      rules: [{ alert: 'Dry', expr: 'soil_moisture_ratio < 0.2' }],
    });
  });

  it('says what is wrong with a rule file', async () => {
    const problem = async (text: string): Promise<string[]> =>
      problemsOf(await prometheus(alone('{extraRules: [a.rules]}'), { source: () => ({ text }) }));
    expect(await problem('groups: {')).to.match(/^spec.extraRules.0: a.rules is no YAML: /);
    expect(await problem('rules: []')).to.match(/spec.extraRules.0: a.rules has no list of groups/);
    expect(await problem('groups: [{rules: []}]')).to.match(/spec.extraRules.0: a.rules has a group without a name/);
    const named = await prometheus(alone('{extraRules: [b/a.yaml]}'), { source: () => ({ text: 'groups: []' }) });
    expect(problemsOf(named)).to.match(/b\/a.yaml would be read as a manifest.*: call it b\/a.rules/);
    expect(problemsOf(await prometheus(alone('{extraRules: [a.rules]}')))).to.match(
      /spec.extraRules.0: .*no file a.rules/,
    );
  });

  it('says what its schema cannot', async () => {
    const problems = async (spec: string): Promise<string[]> => problemsOf(await prometheus(alone(spec)));
    expect(await problems('{}')).to.deep.equal([]);
    expect(await problems('{scrapeInterval: 5m}')).to.match(/^spec.scrapeInterval: is longer than 2m/);
    expect(await problems('{pressure: {memory: {scrapeInterval: 3m}}}')).to.match(/memory.scrapeInterval: is longer/);
    expect(await problems('{pressure: {memory: {low: 0.9}}}')).to.match(/memory.low: is not below high \(0.85\)/);
    expect(await problems('{pressure: {disk: {recovered: 0.2}}}')).to.match(/disk.recovered: is not above warn/);
    expect(await problems('{pressure: {disk: {critical: 0.2}}}')).to.match(/disk.critical: is not below warn/);
    expect(await problems('{pressure: {disk: {emergency: 0.1}}}')).to.match(/disk.emergency: is not below critical/);
    expect(await problems('{rules: {except: [TargetDwon]}}')).to.deep.equal([
      'spec.rules.except.0: TargetDwon is no alert of the stack; did you mean TargetDown?',
    ]);
  });

  it('tells the operator where to ask, how its loops are set, and what it scrapes', async () => {
    const { service } = await prometheus();
    expect(service).to.deep.include({
      type: 'prometheus',
      at: { container: 'prometheus', port: 9090, serverName: 'prometheus.lab', authority: 'lab' },
      dataDirectory: '/opt/core/prometheus/data',
      retention: 30 * 86_400_000,
      memoryPressure: {
        isEnabled: true,
        high: 0.85,
        low: 0.7,
        raiseAfter: 120_000,
        lowerAfter: 1_800_000,
        dwell: 600_000,
        maximumLevel: 3,
      },
      diskPressure: {
        isEnabled: true,
        high: 0.8,
        low: 0.75,
        critical: 0.9,
        emergency: 0.95,
        raiseAfter: 60_000,
        lowerAfter: 1_800_000,
        dwell: 600_000,
        maximumLevel: 4,
      },
    });
    const targets = service?.type === 'prometheus' ? service.targets : [];
    expect(targets.map(({ resource, job, host, port }) => `${resource} ${job} ${host}:${port}`)).to.deep.equal([
      'AdGuardExporter/adguard-exporter adguard-exporter adguard-exporter.lab:9617',
      'Prometheus/prometheus bastion operator.lab:9479',
      'Grafana/grafana grafana grafana.lab:3000',
      'ScrapeTarget/nas nas nas.lab:9100',
      'NodeExporter/node-exporter node-exporter node-exporter.lab:9100',
      'Prometheus/prometheus prometheus prometheus.lab:9090',
      'Traefik/traefik traefik gateway.lab:8082',
    ]);
    expect(targets.find(({ job }) => job === 'nas')).to.deep.equal({
      resource: 'ScrapeTarget/nas',
      job: 'nas',
      host: 'nas.lab',
      port: 9100,
      address: '192.168.1.20',
      isHeavy: true,
      maxRestarts: 0,
    });
  });
});

describe('a Prometheus under pressure', () => {
  for (const level of [1, 2])
    it(`has another configuration at memory level ${level}`, async () => {
      const result = await prometheus(HOUSE, at('memory', level));
      expectGolden(`unit/stack/golden/prometheus-memory-${level}.yml`, textOf(result, 'prometheus-config'));
      expect(commandOf(result), 'the container is not touched').to.deep.equal(commandOf(await prometheus()));
    });

  it('has smaller queries at memory level 3, and the configuration of level 2', async () => {
    const [second, third] = [await prometheus(HOUSE, at('memory', 2)), await prometheus(HOUSE, at('memory', 3))];
    expect(textOf(third, 'prometheus-config')).to.equal(textOf(second, 'prometheus-config'));
    const gone = commandOf(second).filter((flag) => !commandOf(third).includes(flag));
    const come = commandOf(third).filter((flag) => !commandOf(second).includes(flag));
    expect(gone).to.deep.equal(['--query.max-samples=5000000', '--query.max-concurrency=4']);
    expect(come).to.deep.equal(['--query.max-samples=1000000', '--query.max-concurrency=2']);
  });

  it('keeps samples for a shorter time at disk level 2, and not longer than it did', async () => {
    const flag = async (spec: string, level: number): Promise<string | undefined> =>
      commandOf(await prometheus(alone(spec), at('disk', level))).find((each) => each.includes('retention.time'));
    expect(await flag('{}', 1)).to.equal('--storage.tsdb.retention.time=30d');
    expect(await flag('{}', 2)).to.equal('--storage.tsdb.retention.time=7d');
    expect(await flag('{retention: 3d}', 2)).to.equal('--storage.tsdb.retention.time=3d');
  });

  it('never scrapes more often, or takes more, than without', async () => {
    const result = await prometheus(
      alone('{scrapeInterval: 90s, limits: {samples: 500}, queries: {maxSamples: 20000, maxConcurrency: 1}}'),
      at('memory', 3),
    );
    const text = textOf(result, 'prometheus-config');
    expect(text).to.contain('scrape_interval: 90s').and.to.contain('sample_limit: 500');
    expect(commandOf(result)).to.include('--query.max-samples=20000').and.to.include('--query.max-concurrency=1');
  });

  it('does nothing where a loop is switched off, or ends below that level', async () => {
    const text = async (spec: string, level: number): Promise<string> =>
      textOf(await prometheus(alone(spec), at('memory', level)), 'prometheus-config');
    const calm = await text('{}', 0);
    expect(await text('{}', 1)).to.not.equal(calm);
    expect(await text('{pressure: {memory: {enabled: false}}}', 3)).to.equal(calm);
    expect(await text('{pressure: {memory: {maximum: 1}}}', 3)).to.equal(await text('{}', 1));
  });

  it('drops what it is told to, but nothing that a rule reads', async () => {
    const source: House['source'] = () => ({
      text: 'groups: [{name: a, rules: [{record: "a:b", expr: "sum(rate(go_gc_duration_seconds_count[5m]))"}]}]',
    });
    const result = await prometheus(alone('{drop: ["go_.*"], extraRules: [a.rules]}'), { ...at('memory', 2), source });
    const { scrape_configs: jobs } = parse(textOf(result, 'prometheus-config')) as {
      scrape_configs: { metric_relabel_configs: { regex: string; replacement?: string; action?: string }[] }[];
    };
    const [mark, keep, drop] = jobs[0]?.metric_relabel_configs ?? [];
    expect(mark).to.include({ regex: '(?:go_.*)', replacement: 'drop' });
    expect(keep?.replacement).to.equal('');
    const kept = new RegExp(`^(?:${keep?.regex})$`);
    for (const name of ['go_memstats_sys_bytes', 'go_gc_duration_seconds_count'])
      expect(kept.test(name), name).to.equal(true);
    expect(kept.test('go_goroutines')).to.equal(false);
    expect(drop).to.include({ regex: 'drop', action: 'drop' });
  });
});
