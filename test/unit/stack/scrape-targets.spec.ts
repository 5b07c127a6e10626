import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { House } from '../../../src/stack/renderer.ts';
import { part, problemsOf, rendered, textOf } from '../../support/rendered-stack.ts';
import { stackHouse } from '../../support/stack-house.ts';

const PROMETHEUS = 'kind: Prometheus\nmetadata: {name: prometheus}\nspec: {}';

interface Job {
  readonly job_name: string;
  readonly scheme: string;
  readonly tls_config?: Readonly<Record<string, unknown>>;
  readonly file_sd_configs: readonly { readonly files: readonly string[] }[];
  readonly [key: string]: unknown;
}

/** Keys of a scrape configuration that Prometheus 2.42 and 3.x both take. */
const COMMON_KEYS = [
  ...['job_name', 'scheme', 'metrics_path', 'scrape_interval', 'scrape_timeout', 'follow_redirects'],
  ...['sample_limit', 'label_limit', 'label_name_length_limit', 'label_value_length_limit', 'body_size_limit'],
  ...['target_limit', 'tls_config', 'file_sd_configs', 'relabel_configs', 'metric_relabel_configs'],
];

function target(name: string, spec: string): string {
  return `---\nkind: ScrapeTarget\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

function houseOf(text: string, others: Partial<Pick<House, 'levels'>> = {}): Promise<House> {
  return stackHouse(`${PROMETHEUS}\n${text}`, others);
}

function jobsOf(house: House): Job[] {
  const text = textOf(rendered(house, 'Prometheus/prometheus'), 'prometheus-config');
  return (parse(text) as { scrape_configs: Job[] }).scrape_configs;
}

function jobOf(house: House, name: string): Job | undefined {
  return jobsOf(house).find(({ job_name: job }) => job === name);
}

/** The file of a target as Prometheus reads it. */
function announced(house: House, key: Parameters<typeof rendered>[1], name: string): unknown {
  return JSON.parse(textOf(rendered(house, key), `prometheus-target-${name}`));
}

describe('a ScrapeTarget', () => {
  it('is a file that Prometheus watches, and a scrape over mutual TLS by name', async () => {
    const house = await houseOf(target('nas', '{host: nas.lab, port: 9100, labels: {room: cellar}}'));
    const { manifests } = rendered(house, 'ScrapeTarget/nas');
    expect(manifests).to.deep.equal([
      {
        apiVersion: 'bastion.lab/v1',
        kind: 'File',
        metadata: { name: 'prometheus-target-nas' },
        spec: {
          path: '/opt/core/prometheus/targets/nas.json',
          content: `${JSON.stringify(
            [{ targets: ['nas.lab:9100'], labels: { room: 'cellar', job: 'nas', instance: 'nas.lab:9100' } }],
            undefined,
            2,
          )}\n`,
        },
      },
    ]);
    expect(jobOf(house, 'nas')).to.deep.include({
      scheme: 'https',
      metrics_path: '/metrics',
      tls_config: {
        ca_file: '/etc/bastion-certs/ca.crt',
        cert_file: '/etc/bastion-certs/tls.crt',
        key_file: '/etc/bastion-certs/tls.key',
        server_name: 'nas.lab',
        min_version: 'TLS12',
      },
      file_sd_configs: [{ files: ['/etc/prometheus-targets/nas.json'], refresh_interval: '1m' }],
    });
  });

  it('of a container is announced once that is there', async () => {
    const house = await houseOf(target('memos', '{container: memos, port: 5230}'));
    expect(announced(house, 'ScrapeTarget/memos', 'memos')).to.deep.equal([
      { targets: ['memos.lab:5230'], labels: { job: 'memos', instance: 'memos.lab:5230' } },
    ]);
    const { spec } = part(rendered(house, 'ScrapeTarget/memos'), 'File', 'prometheus-target-memos');
    expect(spec.dependsOn).to.deep.equal(['Container/memos']);
  });

  it('keeps its name in certificate and labels when it is scraped by its address', async () => {
    const level = { level: 1, since: 0, cause: 'the name does not resolve', address: '192.168.1.20' };
    const of = target('nas', '{host: nas.lab, port: 9100}');
    const house = await houseOf(of, { levels: { 'ScrapeTarget/nas': { address: level } } });
    expect(announced(house, 'ScrapeTarget/nas', 'nas')).to.deep.equal([
      { targets: ['192.168.1.20:9100'], labels: { job: 'nas', instance: 'nas.lab:9100' } },
    ]);
    expect(jobsOf(house), 'nothing is reloaded for that').to.deep.equal(jobsOf(await houseOf(of)));
    const six = await houseOf(of, { levels: { 'ScrapeTarget/nas': { address: { ...level, address: 'fd00::1' } } } });
    expect(announced(six, 'ScrapeTarget/nas', 'nas')).to.have.nested.property('[0].targets[0]', '[fd00::1]:9100');
  });

  it('that is heavy is nowhere while the disk is critically full, and only then', async () => {
    const at = async (level: number): Promise<House> =>
      houseOf(target('nas', '{host: nas.lab, port: 9100, heavy: true}') + target('cam', '{host: cam.lab, port: 1}'), {
        levels: { 'Prometheus/prometheus': { disk: { level, since: 0, cause: 'a test' } } },
      });
    expect(announced(await at(2), 'ScrapeTarget/nas', 'nas')).to.have.length(1);
    expect(announced(await at(3), 'ScrapeTarget/nas', 'nas')).to.deep.equal([]);
    expect(announced(await at(3), 'ScrapeTarget/cam', 'cam')).to.have.length(1);
  });

  it('may share its job: then each has a scrape of its own, and the label is the same', async () => {
    const house = await houseOf(
      target('one', '{job: nodes, host: one.lab, port: 9100}') +
        target('two', '{job: nodes, host: two.lab, port: 9100}'),
    );
    const names = jobsOf(house).map(({ job_name: name }) => name);
    expect(names).to.deep.equal(['nodes.scrapetarget-one', 'nodes.scrapetarget-two', 'prometheus']);
    expect(jobOf(house, 'nodes.scrapetarget-two')?.tls_config).to.include({ server_name: 'two.lab' });
    expect(announced(house, 'ScrapeTarget/two', 'nodes.scrapetarget-two')).to.have.nested.property(
      '[0].labels.job',
      'nodes',
    );
  });

  it('without TLS says why, and gets no certificate shown', async () => {
    const house = await houseOf(target('switch', '{host: switch.lab, port: 80, insecure: It has no TLS.}'));
    const job = jobOf(house, 'switch');
    expect(job?.scheme).to.equal('http');
    expect(job).to.not.have.property('tls_config');
  });

  it('may have an authority, an interval and limits of its own', async () => {
    const house = await houseOf(
      target('cam', '{host: cam.lab, port: 1, authority: garden, interval: 2m, limits: {samples: 10}}'),
    );
    expect(jobOf(house, 'cam')).to.deep.include({
      scrape_interval: '2m',
      scrape_timeout: '10s',
      sample_limit: 10,
      label_limit: 40,
    });
    expect(jobOf(house, 'cam')?.tls_config).to.include({ ca_file: '/etc/bastion-authorities/garden-bundle.crt' });
    const { volumes } = part(rendered(house, 'Prometheus/prometheus'), 'Container', 'prometheus').spec;
    expect(volumes).to.include('/etc/pki/homelab/certs:/etc/bastion-authorities:ro');
  });

  it('says what is wrong with it, and is then not scraped', async () => {
    const problems = async (spec: string): Promise<string[]> => {
      const house = await houseOf(target('a', spec));
      expect(jobOf(house, 'a')).to.equal(undefined);
      return problemsOf(rendered(house, 'ScrapeTarget/a'));
    };
    expect(await problems('{port: 1}')).to.match(/^spec.host: says nowhere what is scraped/);
    expect(await problems('{host: a.lab, port: 1, prometheus: other}')).to.match(/^spec.prometheus: .*other/);
    expect(await problems('{host: a.lab, port: 1, interval: 5m}')).to.match(/^spec.interval: is longer than 2m/);
    expect(await problems('{host: a.lab, port: 1, labels: {job: b}}')).to.match(/^spec.labels: holds job/);
    expect(await problems('{host: a.lab, port: 1, labels: {__a: b}}')).to.match(/^spec.labels: holds __a/);
    expect(await problems('{host: a.lab, port: 1, labels: {a-b: c}}')).to.match(/^spec.labels: holds a-b/);
    expect(await problems('{host: a.lab, port: 1, insecure: so, authority: b}')).to.match(
      /^spec.insecure: means no TLS/,
    );
  });

  it('goes to the Prometheus that it names', async () => {
    const second = '---\nkind: Prometheus\nmetadata: {name: archive}\n';
    const house = await houseOf(second + target('nas', '{host: nas.lab, port: 9100, prometheus: archive}'));
    expect(jobOf(house, 'nas')).to.equal(undefined);
    expect(rendered(house, 'ScrapeTarget/nas').manifests.map(({ metadata }) => metadata.name)).to.deep.equal([
      'archive-target-nas',
    ]);
    const unclear = await houseOf(second + target('nas', '{host: nas.lab, port: 9100}'));
    expect(problemsOf(rendered(unclear, 'ScrapeTarget/nas'))).to.match(/^spec.prometheus: .*more than one/);
  });
});

describe('a MonitoredService that is scraped', () => {
  const service = (spec: string): string => `---\nkind: MonitoredService\nmetadata: {name: memos}\nspec: ${spec}\n`;

  it('is a target of its container, at the port that it has anyway', async () => {
    const house = await houseOf(service('{container: memos, port: 5230, scrape: {}}'));
    expect(announced(house, 'MonitoredService/memos', 'memos')).to.deep.equal([
      { targets: ['memos.lab:5230'], labels: { job: 'memos', instance: 'memos.lab:5230' } },
    ]);
    expect(jobOf(house, 'memos')?.tls_config).to.include({ server_name: 'memos.lab' });
    const { service: prometheus } = rendered(house, 'Prometheus/prometheus');
    const targets = prometheus?.type === 'prometheus' ? prometheus.targets : [];
    expect(targets.find(({ job }) => job === 'memos')).to.include({
      resource: 'MonitoredService/memos',
      container: 'memos',
    });
  });

  it('beyond this machine is a target at its URL', async () => {
    const house = await houseOf(
      service('{url: "https://tv.lab:8443", scrape: {insecure: no TLS for metrics, port: 9000}}'),
    );
    expect(announced(house, 'MonitoredService/memos', 'memos')).to.have.nested.property(
      '[0].targets[0]',
      'tv.lab:9000',
    );
    const url = await houseOf(service('{url: "https://tv.lab", scrape: {}}'));
    expect(announced(url, 'MonitoredService/memos', 'memos')).to.have.nested.property('[0].targets[0]', 'tv.lab:443');
  });

  it('that does not ask for it is no target', async () => {
    const house = await houseOf(service('{container: memos, port: 5230}'));
    expect(rendered(house, 'MonitoredService/memos').manifests).to.deep.equal([]);
    expect(jobOf(house, 'memos')).to.equal(undefined);
  });

  it('says what is wrong with how it asks', async () => {
    const house = await houseOf(service('{container: memos, port: 5230, scrape: {interval: 5m}}'));
    expect(problemsOf(rendered(house, 'MonitoredService/memos'))).to.match(/spec.scrape.interval: is longer than 2m/);
  });
});

describe('scrape configurations', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const wish = fc.record(
    {
      job: name,
      host: name.map((text) => `${text.replace(/-+$/, '')}.lab`),
      port: fc.integer({ min: 1, max: 65_535 }),
      interval: fc.constantFrom('5s', '30s', '2m'),
      authority: name,
      heavy: fc.boolean(),
      limits: fc.record({ samples: fc.integer({ min: 1, max: 99_999 }) }),
    },
    { requiredKeys: ['host', 'port'] },
  );
  const levels = fc.record({ memory: fc.integer({ min: 0, max: 3 }), disk: fc.integer({ min: 0, max: 4 }) });

  /** A house with these besides, without the schema: it would take most of the time. */
  function withTargets(house: House, wishes: readonly (readonly [string, object])[]): House {
    const targets = wishes.map(([each, spec]) => ({
      apiVersion: 'bastion.lab/v1' as const,
      kind: 'ScrapeTarget' as const,
      metadata: { name: each },
      spec: { port: 1, path: '/metrics', labels: {}, heavy: false, maxRestarts: 3, ...spec },
    }));
    return { ...house, stack: { ...house.stack, ScrapeTarget: targets } };
  }

  it('all have limits, a fixed server name, a file of their own that is written, and only keys of 2.42 and 3.x', async function () {
    this.timeout(30_000);
    const traefik = await houseOf('---\nkind: Traefik\nmetadata: {name: gate}\n');
    const wishes = fc.uniqueArray(fc.tuple(name, wish), { maxLength: 6, selector: ([text]) => text });
    const at = (level: number) => ({ level, since: 0, cause: 'a test' });
    fc.assert(
      fc.property(wishes, levels, (wanted, { memory, disk }) => {
        const house: House = {
          ...withTargets(traefik, wanted),
          levels: { 'Prometheus/prometheus': { memory: at(memory), disk: at(disk) } },
        };
        const jobs = jobsOf(house);
        expect(jobs).to.have.length(wanted.length + 2);
        expect(new Set(jobs.map(({ job_name: job }) => job)).size, 'names are unique').to.equal(jobs.length);
        expect(jobs.flatMap((job) => job.file_sd_configs.flatMap(({ files }) => files))).to.have.members(
          targetPaths(
            house,
            wanted.map(([each]) => each),
          ),
        );
        for (const job of jobs) {
          expect(Object.keys(job).filter((key) => !COMMON_KEYS.includes(key))).to.deep.equal([]);
          expect(job['sample_limit']).to.be.a('number').and.to.be.above(0);
          expect(job['label_limit']).to.be.a('number');
          expect(job['label_value_length_limit']).to.be.a('number');
          expect(job['body_size_limit']).to.match(/^\d+[KMG]B$/);
          expect(job.scheme).to.equal('https');
          expect(job.tls_config?.['server_name']).to.match(/\.lab$/);
        }
      }),
      { numRuns: 30 },
    );
  });

  /** Files that all of a house announce, as Prometheus sees them. */
  function targetPaths(house: House, targets: readonly string[]): string[] {
    const keys = ['Prometheus/prometheus', 'Traefik/gate', ...targets.map((each) => `ScrapeTarget/${each}`)] as const;
    return keys.flatMap((key) =>
      rendered(house, key as Parameters<typeof rendered>[1]).manifests.flatMap((manifest) =>
        manifest.kind === 'File' && manifest.metadata.name.includes('-target-')
          ? (manifest.spec.path ?? '').replace('/opt/core/prometheus/targets/', '/etc/prometheus-targets/')
          : [],
      ),
    );
  }
});
