import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { NOBODY, OFTEN } from '../support/mutual-tls.ts';
import { PATIENCE, conditionOf, type Operator } from '../support/operator.ts';
import { StackPlace } from '../support/stack-place.ts';
import { authorityOf } from '../support/test-authority.ts';
import { TlsService } from '../support/tls-service.ts';

/** Long enough for what is told after 45 seconds, and mended then. */
const PATIENT = 120_000;
const RULES = { groups: [{ name: 'mine', rules: [{ record: 'mine:up', expr: 'sum(up)' }] }] };

/** Three targets are in trouble from the start, since that is told only after a while; the other tests go on meanwhile. */
describe('the monitoring stack when something goes wrong', function () {
  this.timeout(180_000);
  let stack: StackPlace;
  let operator: Operator;
  const services: TlsService[] = [];

  before(async function () {
    stack = await StackPlace.open(this, 'errors');
    const { desired } = stack.place;
    desired.write('10-house.yaml', stack.authority(), traefik());
    desired.writeText('rules/mine.rules', stringify(RULES));
    desired.write('20-prometheus.yaml', prometheus());
    desired.write('30-application.yaml', ...application());
    desired.write('40-lost.yaml', ...lost());
    desired.write('50-deaf.yaml', ...deaf());
    operator = stack.start({ flags: OFTEN });
    await operator.until(async () => expect(await stack.up()).to.include({ prometheus: 1, traefik: 1 }), PATIENT);
    desired.write('60-expired.yaml', await expired());
  });

  after(async () => {
    await Promise.all(services.map((service) => service.close()));
    await stack?.close();
  });

  function traefik(ports: Readonly<Record<string, unknown>> = {}): Manifest {
    return manifest('Traefik', stack.name('traefik'), { ports: { web: 0, websecure: 0, ...ports } });
  }

  function prometheus(): Manifest {
    return stack.member('Prometheus', 'prometheus', {
      scrapeInterval: '1s',
      scrapeTimeout: '1s',
      extraRules: ['rules/mine.rules'],
    });
  }

  function busybox(short: string, spec: Readonly<Record<string, unknown>>): Manifest {
    return manifest('Container', stack.name(short), {
      image: stack.place.image,
      mem_limit: '32m',
      stop_grace_period: '0s',
      ...spec,
    });
  }

  /** An application that says that it is well as long as a file is there. */
  function application(): Manifest[] {
    const serve = 'mkdir /tmp/www && cd /tmp/www && echo hello > index.html && touch well && exec httpd -f -p 8000';
    return [
      busybox('app', { command: ['sh', '-c', serve], tmpfs: ['/tmp'], networks: [stack.name('edge')] }),
      manifest('MonitoredService', 'app', {
        container: stack.name('app'),
        port: 8000,
        healthCheck: { path: '/well', interval: '2s', timeout: '1s' },
      }),
    ];
  }

  /** An exporter that serves with mutual TLS, in a network that does not know the name by which it is to be scraped. */
  function lost(): Manifest[] {
    const config = join(stack.root, 'opt/lost');
    const web = { cert_file: '/pki/tls.crt', key_file: '/pki/tls.key', client_ca_file: '/pki/ca.crt' };
    return [
      manifest('Certificate', 'lost', { issuer: 'lab', dnsNames: ['lost.lab'], owner: NOBODY }),
      manifest('Directory', 'lost', { path: '/opt/lost' }),
      manifest('File', 'lost', {
        path: '/opt/lost/web.yml',
        content: stringify({ tls_server_config: { ...web, client_auth_type: 'RequireAndVerifyClientCert' } }),
      }),
      manifest('Container', stack.name('lost'), {
        image: stack.images['node-exporter'].reference,
        command: ['--collector.disable-defaults', '--collector.loadavg', '--web.config.file=/config/web.yml'],
        networks: [stack.name('monitoring')],
        volumes: [`/etc/pki/homelab/live/lost:/pki:ro`, `${config.slice(stack.root.length)}:/config:ro`],
        mem_limit: '64m',
        dependsOn: ['File/lost'],
      }),
      manifest('ScrapeTarget', 'lost', { host: 'lost.lab', container: stack.name('lost'), port: 9100 }),
    ];
  }

  /** A container that listens nowhere. */
  function deaf(): Manifest[] {
    return [
      busybox('deaf', {
        command: ['sleep', '3600'],
        networks: { [stack.name('monitoring')]: { aliases: ['deaf.lab'] } },
      }),
      manifest('ScrapeTarget', 'deaf', {
        host: 'deaf.lab',
        container: stack.name('deaf'),
        port: 9999,
        insecure: 'nobody listens there',
        maxRestarts: 1,
      }),
    ];
  }

  /** Something on this machine that shows a certificate of the house which was good until yesterday. */
  async function expired(): Promise<Manifest> {
    const { certificate, key } = stack.authorityPair();
    const pair = await authorityOf(certificate, key).issue('expired.lab', { expired: true });
    const service = new TlsService(() => ({ cert: pair.certificate, key: pair.key, ca: certificate }));
    services.push(service);
    const port = await service.listen(stack.machine);
    return manifest('ScrapeTarget', 'expired', { host: 'expired.lab', address: stack.machine, port });
  }

  async function ruleNames(): Promise<string[]> {
    const { groups } = await stack.prometheus<{ groups: { rules: { name: string }[] }[] }>('/api/v1/rules');
    return groups.flatMap(({ rules }) => rules.map(({ name }) => name));
  }

  /** What a visitor of the application gets through Traefik. */
  async function visit(): Promise<number> {
    const host = await stack.address('traefik');
    return (await stack.ask('app', { host, port: 443, serverName: 'app.lab', hostHeader: 'app.lab' })).status;
  }

  it('refuses rules that promtool refuses, with its words, and goes on with those that it has', async () => {
    expect(await ruleNames()).to.include('mine:up');
    const broken = { groups: [{ name: 'mine', rules: [{ record: 'mine:new', expr: 'sum(up' }] }] };
    stack.place.desired.writeText('rules/mine.rules', stringify(broken));
    await operator.until((status) => {
      const found = conditionOf(status, `File/${stack.name('prometheus')}-rules`, 'Degraded');
      expect(found?.reason).to.equal('ConfigRejected');
      expect(found?.message).to.match(/unclosed left parenthesis/);
    });
    expect(await ruleNames())
      .to.include('mine:up')
      .and.not.include('mine:new');
    stack.place.desired.writeText('rules/mine.rules', stringify(RULES).replace('mine:up', 'mine:new'));
    await operator.until(async () => expect(await ruleNames()).to.include('mine:new'));
  });

  it('puts a damaged configuration right before Prometheus ever reads it', async () => {
    const path = join(stack.directory('prometheus', 'config'), 'prometheus.yml');
    const good = readFileSync(path, 'utf8');
    writeFileSync(path, 'scrape_configs: {this is: [damaged');
    await operator.until(() => expect(readFileSync(path, 'utf8')).to.equal(good), 2 * PATIENCE);
    const { reloadConfigSuccess } = await stack.prometheus<{ reloadConfigSuccess: boolean }>(
      '/api/v1/status/runtimeinfo',
    );
    expect(reloadConfigSuccess).to.equal(true);
  });

  it('takes an application that fails its health check out of the balancing, and back', async () => {
    await operator.until(async () => expect(await visit()).to.equal(200));
    await stack.execute('app', ['rm', '/tmp/www/well']);
    await operator.until(async () => expect(await visit()).to.equal(503));
    await operator.until(async () => {
      const [found] = await stack.query('traefik_service_server_up{service=~"app@.*"}');
      expect(found?.value).to.equal(0);
    });
    await stack.execute('app', ['touch', '/tmp/www/well']);
    await operator.until(async () => expect(await visit()).to.equal(200));
  });

  it('replaces an expired certificate, which Prometheus then serves', async () => {
    const name = stack.name('prometheus');
    const { certificate, key } = stack.authorityPair();
    const expired = await authorityOf(certificate, key).issue('prometheus.lab', { expired: true });
    const live = dirname(realpathSync(join(stack.root, 'etc/pki/homelab/live', name, 'tls.crt')));
    writeFileSync(join(live, 'tls.key'), expired.key);
    writeFileSync(join(live, 'tls.crt'), expired.certificate);
    await operator.until(async () => {
      const { serial } = await stack.ask('prometheus', { path: '/-/healthy' });
      expect(serial).to.equal(stack.serial(name));
      expect(serial).to.not.equal(expired.serial);
    }, 2 * PATIENCE);
    await operator.until(async () => expect(await stack.up()).to.include({ prometheus: 1 }));
  });

  it('brings the old Traefik back when the new one cannot start', async () => {
    const { Id } = await stack.inspect('traefik');
    // An address that this machine does not have.
    stack.place.desired.write('10-house.yaml', stack.authority(), traefik({ websecure: 18_443, hostIp: '192.0.2.1' }));
    await operator.until(async (status) => {
      const found = conditionOf(status, `Container/${stack.name('traefik')}`, 'Degraded');
      expect(found?.reason).to.equal('RolledBack');
      expect((await stack.inspect('traefik')).Id).to.equal(Id);
      expect(await visit()).to.equal(200);
    }, 2 * PATIENCE);
    stack.place.desired.write('10-house.yaml', stack.authority(), traefik());
    await operator.until((status) => {
      expect(conditionOf(status, `Traefik/${stack.name('traefik')}`, 'Ready')).to.not.equal(undefined);
    }, 2 * PATIENCE);
    await operator.until(async () => expect(await stack.up()).to.include({ traefik: 1 }));
  });

  it('tells of a target whose certificate has expired, with what to do, and restarts nobody for it', async () => {
    await operator.until((status) => {
      const found = conditionOf(status, 'ScrapeTarget/expired', 'Degraded');
      expect(found?.reason).to.equal('ScrapeFailing');
      expect(found?.message)
        .to.match(/certificate has expired/)
        .and.to.match(/a restart does not help/);
    }, PATIENT);
  });

  it('scrapes a target by its address, under its own name, when the name does not resolve', async () => {
    await operator.until(async (status) => {
      const found = (await stack.targets()).find(({ labels }) => labels['job'] === 'lost');
      expect(found?.health, found?.lastError).to.equal('up');
      expect(found?.labels['instance']).to.equal('lost.lab:9100');
      expect(found?.scrapeUrl).to.contain(await stack.address('lost'));
      expect(conditionOf(status, 'ScrapeTarget/lost', 'Degraded')?.reason).to.equal('NameNotResolved');
    }, PATIENT);
  });

  it('restarts a container whose scrape fails as often as it may, and then leaves it to the human', async () => {
    const message = await operator.until((status) => {
      const found = conditionOf(status, 'ScrapeTarget/deaf', 'Degraded');
      expect(found?.message).to.match(/restarted 1 times in vain/);
      return found?.message;
    }, PATIENT);
    expect(message)
      .to.match(/connection refused/)
      .and.to.match(/bastion retry ScrapeTarget\/deaf/);
    const restarts = stack.place.history().filter(({ op, target }) => op === 'RestartContainer' && /deaf/.test(target));
    expect(restarts).to.have.length(1);
  });
});
