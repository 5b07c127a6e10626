import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { manifest, type Manifest } from '../desired-directory.ts';
import { FakeAdGuard } from '../exporter/fake-adguard.ts';
import { PATIENCE, type Operator } from '../operator.ts';
import { skipBecause } from '../skip.ts';
import { StackPlace } from '../stack-place.ts';
import { testEngine } from '../test-engine.ts';
import { FILTERS, HOUSE_ZONES, HouseTraffic } from './house-traffic.ts';
import { ProvokedMetrics } from './provoked.ts';

const UPSTREAM = 'https://dns10.quad9.net:443/dns-query';
const STATISTICS = {
  num_dns_queries: 100,
  avg_processing_time: 0.01,
  top_upstreams_responses: [{ [UPSTREAM]: 50 }],
  top_upstreams_avg_time: [{ [UPSTREAM]: 0.02 }],
};
const WWW = 'mkdir /tmp/www && cd /tmp/www && echo hello > index.html';
const SERVE = 'exec httpd -f -p 8000';

/**
 * A house for dashboards to look at: real Traefik, Prometheus, node_exporter, exporter and operator, a stand-in of AdGuard
 * Home, and sixty clients that ask and visit once a second.
 */
export class DashboardHouse {
  readonly stack: StackPlace;
  readonly operator: Operator;
  readonly #adguard: FakeAdGuard;
  readonly #provoked: ProvokedMetrics;
  /** Its image. */
  readonly #exporter: string;
  #traffic: HouseTraffic | undefined;
  #isWrong = false;

  private constructor(stack: StackPlace, adguard: FakeAdGuard, provoked: ProvokedMetrics, exporter: string) {
    this.stack = stack;
    this.#adguard = adguard;
    this.#provoked = provoked;
    this.#exporter = exporter;
    this.#writeStack();
    this.operator = stack.start();
  }

  /** Skips the suite where there is no engine, or one of the programs is not to be had. Traefik and Prometheus are up when it is back. */
  static async open(context: Mocha.Context): Promise<DashboardHouse> {
    const stack = await StackPlace.open(context, 'dashboards');
    const exporter = (await testEngine())?.images['adguard-exporter'];
    if (exporter?.available !== true) return skipBecause(context, exporter?.reason ?? 'no image of the exporter');
    const adguard = new FakeAdGuard({ now: () => Date.now(), host: stack.machine });
    adguard.set('filtering/status', FILTERS);
    adguard.set('stats', STATISTICS);
    const house = new DashboardHouse(stack, adguard, new ProvokedMetrics(), exporter.reference);
    try {
      await house.#isUp({ traefik: 1, prometheus: 1 });
      return house;
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  /** Brings up the exporter, and people who ask and visit. Before that a house is up in which nobody does anything. */
  async comesAlive(): Promise<void> {
    const { stack, operator } = this;
    await this.#adguard.start();
    const port = await this.#provoked.listen(stack.machine);
    stack.place.desired.write(
      '20-exporter.yaml',
      stack.member('AdGuardExporter', 'adguard-exporter', {
        image: this.#exporter,
        adguard: { url: this.#adguard.url, insecure: 'a stand-in of the test' },
        clientDomains: true,
      }),
      manifest('ScrapeTarget', 'provoked', { host: stack.machine, port, insecure: 'a stand-in of the test' }),
    );
    await this.#isUp({ 'adguard-exporter': 1, provoked: 1 });
    const accessLog = join(stack.directory('traefik', 'logs'), 'access.log');
    mkdirSync(dirname(accessLog), { recursive: true });
    appendFileSync(accessLog, '');
    this.#traffic = new HouseTraffic(this.#adguard.log, accessLog, [
      { name: 'app@file', servers: ['172.18.0.5:8000', '172.18.0.6:8000'], status: 200 },
      { name: 'broken@file', servers: ['172.18.0.7:8000'], status: 502 },
    ]);
    await operator.result('converged', 2 * PATIENCE);
  }

  #isUp(wanted: Readonly<Record<string, number>>): Promise<unknown> {
    return this.operator.until(async () => expect(await this.stack.up()).to.include(wanted), 2 * PATIENCE);
  }

  /** Ends and removes everything. */
  async close(): Promise<void> {
    this.#traffic?.stop();
    await this.#adguard.stop();
    await this.#provoked.close();
    await this.stack.close();
  }

  /** Real requests, so that Traefik itself has something to tell: most of them of a kind that its server answers with 501. */
  async visit(): Promise<void> {
    const host = await this.stack.address('traefik');
    const get = (short: string, method = 'GET'): Promise<unknown> =>
      this.stack.ask(short, { host, port: 443, serverName: `${short}.lab`, hostHeader: `${short}.lab`, method });
    await get('app');
    if (this.#isWrong) await get('broken');
    for (const _ of [1, 2, 3, 4]) await get('failing', 'PUT');
  }

  /**
   * What a house sees now and then: somebody changes a container, an image cannot be had, a target and the server of a service
   * do not listen, a gate waits, and what takes too long for a test is told.
   *
   * @param told series and their values
   */
  async goesWrong(told: Readonly<Record<string, number>>): Promise<void> {
    const { stack } = this;
    this.#isWrong = true;
    this.#provoked.tell(told);
    await stack.place.outside.call('POST', `/containers/${stack.name('app')}/update`, {
      Memory: 48 << 20,
      MemorySwap: 96 << 20,
    });
    stack.place.desired.write(
      '30-failing.yaml',
      manifest('Image', 'lost', { reference: 'bastion-local/no-such-image:0.0.0' }),
      ...service(stack, 'broken', 'sleep 3600'),
      gate('later'),
      manifest('ScrapeTarget', 'deaf', {
        host: stack.machine,
        port: 9,
        insecure: 'nobody listens there',
        maxRestarts: 0,
      }),
    );
  }

  #writeStack(): void {
    const { stack } = this;
    const { desired } = stack.place;
    desired.write('00-bastion.yaml', stack.bastion({ zones: HOUSE_ZONES }));
    desired.write('10-stack.yaml', stack.authority(), ...members(stack), ...services(stack), gate('passed'));
    stack.place.touch('passed.ok');
  }
}

function gate(name: string): Manifest {
  return manifest('Gate', name, { checklist: ['You have looked at the dashboards'] });
}

function members(stack: StackPlace): Manifest[] {
  return [
    manifest('Traefik', stack.name('traefik'), { ports: { web: 0, websecure: 0 } }),
    stack.member('Prometheus', 'prometheus', { scrapeInterval: '2s', scrapeTimeout: '2s', operator: {} }),
    // The root of a machine that is a container itself is no shared mount.
    stack.member('NodeExporter', 'node-exporter', { followMounts: false }),
  ];
}

/** One that answers, and one that answers with errors. */
function services(stack: StackPlace): Manifest[] {
  return ['app', 'failing'].flatMap((short) => service(stack, short, `${WWW} && ${SERVE}`));
}

/** A service behind Traefik with its container, which runs this. */
function service(stack: StackPlace, short: string, command: string): Manifest[] {
  return [
    manifest('Container', stack.name(short), {
      image: stack.place.image,
      command: ['sh', '-c', command],
      tmpfs: ['/tmp'],
      networks: [stack.name('edge')],
      mem_limit: '32m',
      stop_grace_period: '0s',
    }),
    manifest('MonitoredService', short, {
      container: stack.name(short),
      port: 8000,
      healthCheck: { path: '/', interval: '2s', timeout: '1s' },
    }),
  ];
}
