import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { DataFrame } from '@grafana/data';
import {
  shippedDashboards,
  type DashboardJson,
  type PanelJson,
  type TargetJson,
} from '../support/dashboards/dashboard-json.ts';
import { FOREIGN_METRICS } from '../support/dashboards/foreign-metrics.ts';
import { grafanaData } from '../support/dashboards/grafana-data.ts';
import { FILTERS, HOUSE_ZONES, HouseTraffic } from '../support/dashboards/house-traffic.ts';
import { interpolate, type Choice } from '../support/dashboards/interpolate.ts';
import {
  framesOf,
  rowsOf,
  transformed,
  type Answer,
  type AnsweredSeries,
} from '../support/dashboards/prometheus-frames.ts';
import { ProvokedMetrics } from '../support/dashboards/provoked.ts';
import { writeReport, type Drawn } from '../support/dashboards/report.ts';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { FakeAdGuard } from '../support/exporter/fake-adguard.ts';
import { PATIENCE, type Operator } from '../support/operator.ts';
import { skipBecause } from '../support/skip.ts';
import { StackPlace } from '../support/stack-place.ts';
import { testEngine } from '../support/test-engine.ts';

/** One value of each variable: a client that is drawn in the graph, its zone, and a service that it uses. */
const ONE: Choice = { zone: 'lan', client: '192.168.1.10', service: 'app' };
const MOST_NODES = 150;

/**
 * Panels that are empty in a house that is well, and what fills them. Told by a target of this test is what takes longer
 * than a test may: that it comes of itself is held by the cases of the rules and the specs of the exporter and of backups.
 */
const EMPTY_WHEN_HEALTHY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'Suspicious clients': { 'homelab_client_behavior_score{client="192.168.1.10",behavior="volume"}': 0.9 },
  'DNS queries and what is usual': { 'zone:adguard_dns_queries:avg1d{zone="lan"}': 1 },
  Requests: { 'service:traefik_service_requests:avg1d{service="app@file"}': 1 },
  Backups: {
    'bastion_backup_last_success_timestamp_seconds{backup="nightly"}': 1_700_000_000,
    'bastion_backup_last_size_bytes{backup="nightly"}': 1_000_000,
    'bastion_backup_count{backup="nightly"}': 7,
    'bastion_backup_failures_total{backup="nightly"}': 0,
  },
  'Size of what is stored': { prometheus_tsdb_storage_blocks_bytes: 1 },
};

/** What the test does to the house, by the panels that are empty before it. */
const EMPTY_UNTIL_SOMETHING_HAPPENS = [
  'Alerts',
  'Resources that are not well',
  'Drift by field, a day',
  'Time to heal, a day',
];

const WWW = 'mkdir /tmp/www && cd /tmp/www && echo hello > index.html';
const SERVE = 'exec httpd -f -p 8000';

interface Asked {
  readonly dashboard: string;
  readonly panel: PanelJson;
  readonly target: TargetJson;
  readonly choice: Choice;
}

describe('every panel of every dashboard', function () {
  this.timeout(240_000);
  const dashboards = shippedDashboards();
  const provoked = new ProvokedMetrics();
  let stack: StackPlace;
  let operator: Operator;
  let adguard: FakeAdGuard | undefined;
  let traffic: HouseTraffic | undefined;

  before(async function () {
    stack = await StackPlace.open(this, 'dashboards');
    const exporter = (await testEngine())?.images['adguard-exporter'];
    if (exporter?.available !== true) return skipBecause(this, exporter?.reason ?? 'no image of the exporter');
    const { desired } = stack.place;
    desired.write('00-bastion.yaml', stack.bastion({ zones: HOUSE_ZONES }));
    desired.write('10-stack.yaml', stack.authority(), ...members(), ...services(), gate('passed'));
    stack.place.touch('passed.ok');
    operator = stack.start();
    await operator.until(async () => expect(await stack.up()).to.include({ traefik: 1, prometheus: 1 }), 2 * PATIENCE);
    adguard = new FakeAdGuard({ now: () => Date.now(), host: stack.machine });
    adguard.set('filtering/status', FILTERS);
    adguard.set('stats', {
      num_dns_queries: 100,
      avg_processing_time: 0.01,
      top_upstreams_responses: [{ 'https://dns10.quad9.net:443/dns-query': 50 }],
      top_upstreams_avg_time: [{ 'https://dns10.quad9.net:443/dns-query': 0.02 }],
    });
    await adguard.start();
    const port = await provoked.listen(stack.machine);
    desired.write(
      '20-exporter.yaml',
      stack.member('AdGuardExporter', 'adguard-exporter', {
        image: exporter.reference,
        adguard: { url: adguard.url, insecure: 'a stand-in of the test' },
        clientDomains: true,
      }),
      manifest('ScrapeTarget', 'provoked', {
        host: stack.machine,
        port,
        insecure: 'a stand-in of the test',
      }),
    );
    await operator.until(
      async () => expect(await stack.up()).to.include({ 'adguard-exporter': 1, provoked: 1 }),
      2 * PATIENCE,
    );
    const accessLog = join(stack.directory('traefik', 'logs'), 'access.log');
    mkdirSync(dirname(accessLog), { recursive: true });
    appendFileSync(accessLog, '');
    traffic = new HouseTraffic(adguard.log, accessLog, [
      { name: 'app@file', servers: ['172.18.0.5:8000', '172.18.0.6:8000'], status: 200 },
      { name: 'broken@file', servers: ['172.18.0.7:8000'], status: 502 },
    ]);
    await operator.result('converged', 2 * PATIENCE);
  });

  after(async () => {
    traffic?.stop();
    await adguard?.stop();
    await provoked.close();
    await stack?.close();
  });

  function gate(name: string): Manifest {
    return manifest('Gate', name, { checklist: ['You have looked at the dashboards'] });
  }

  function members(): Manifest[] {
    return [
      manifest('Traefik', stack.name('traefik'), { ports: { web: 0, websecure: 0 } }),
      stack.member('Prometheus', 'prometheus', { scrapeInterval: '2s', scrapeTimeout: '2s', operator: {} }),
      // The root of a machine that is a container itself is no shared mount.
      stack.member('NodeExporter', 'node-exporter', { followMounts: false }),
    ];
  }

  /** One that answers, one that answers with errors, and one whose server listens nowhere. */
  function services(): Manifest[] {
    const container = (short: string, command: string): Manifest =>
      manifest('Container', stack.name(short), {
        image: stack.place.image,
        command: ['sh', '-c', command],
        tmpfs: ['/tmp'],
        networks: [stack.name('edge')],
        mem_limit: '32m',
        stop_grace_period: '0s',
      });
    const service = (short: string): Manifest =>
      manifest('MonitoredService', short, {
        container: stack.name(short),
        port: 8000,
        healthCheck: { path: '/', interval: '2s', timeout: '1s' },
      });
    return [
      container('app', `${WWW} && ${SERVE}`),
      container('failing', `${WWW} && ${SERVE}`),
      container('broken', 'sleep 3600'),
      service('app'),
      service('failing'),
      service('broken'),
    ];
  }

  /** Real requests, so that Traefik itself has something to tell: most of them of a kind that its server answers with 501. */
  async function visit(): Promise<void> {
    const host = await stack.address('traefik');
    const get = (short: string, method = 'GET') =>
      stack.ask(short, { host, port: 443, serverName: `${short}.lab`, hostHeader: `${short}.lab`, method });
    await get('app');
    await get('broken');
    for (const _ of [1, 2, 3, 4]) await get('failing', 'PUT');
  }

  async function ask({ target, choice, dashboard }: Asked): Promise<readonly AnsweredSeries[]> {
    const expr = interpolate(target.expr, dashboards.get(dashboard)?.templating.list ?? [], choice);
    const now = Date.now() / 1000;
    const query = `query=${encodeURIComponent(expr)}`;
    const path =
      target.instant === true ? `query?${query}` : `query_range?${query}&start=${now - 90}&end=${now}&step=5`;
    const { result } = await stack.prometheus<{ result: AnsweredSeries[] }>(`/api/v1/${path}`);
    return result;
  }

  function everyQuery(): Asked[] {
    return [...dashboards].flatMap(([dashboard, { panels, templating }]) =>
      panels.flatMap((panel) =>
        (panel.targets ?? []).flatMap((target) =>
          [{}, ...(templating.list.length === 0 ? [] : [ONE])].map((choice) => ({ dashboard, panel, target, choice })),
        ),
      ),
    );
  }

  /** What is empty now: dashboard, panel, choice and query. */
  async function empty(asked: readonly Asked[]): Promise<string[]> {
    const found: string[] = [];
    for (const each of asked) {
      if ((await ask(each)).length > 0) continue;
      found.push(`${each.dashboard} / ${each.panel.title} / ${JSON.stringify(each.choice)}: ${each.target.expr}`);
    }
    return found;
  }

  async function expectData(asked: readonly Asked[]): Promise<void> {
    const found = await empty(asked);
    if (found.length > 0) throw new Error(`empty:\n${found.join('\n')}`);
  }

  const isListed = ({ panel }: Asked): boolean =>
    panel.title in EMPTY_WHEN_HEALTHY || EMPTY_UNTIL_SOMETHING_HAPPENS.includes(panel.title);

  it('has data under traffic, for all and for one zone, client and service, unless it is on the list', async () => {
    await operator.until(async () => {
      await visit();
      await expectData(everyQuery().filter((asked) => !isListed(asked)));
    }, 3 * PATIENCE);
  });

  it('is on the list of what is empty when all is well only if it is', async () => {
    for (const title of ['Suspicious clients', 'Backups', 'Resources that are not well']) {
      const queries = everyQuery().filter(({ panel }) => panel.title === title);
      expect(queries, title).to.have.length.above(0);
      expect(await empty(queries), title).to.have.length.above(0);
    }
  });

  it('has data once what it is about happens: drift, a resource and a target that fail, and the rest of the list', async () => {
    provoked.tell(Object.assign({}, ...Object.values(EMPTY_WHEN_HEALTHY)) as Record<string, number>);
    await stack.place.outside.call('POST', `/containers/${stack.name('app')}/update`, {
      Memory: 48 << 20,
      MemorySwap: 96 << 20,
    });
    stack.place.desired.write(
      '30-failing.yaml',
      manifest('Image', 'lost', { reference: 'bastion-local/no-such-image:0.0.0' }),
      gate('later'),
      manifest('ScrapeTarget', 'deaf', {
        host: stack.machine,
        port: 9,
        insecure: 'nobody listens there',
        maxRestarts: 0,
      }),
    );
    await operator.until(async () => {
      await visit();
      await expectData(everyQuery().filter(isListed));
    }, 3 * PATIENCE);
  });

  it('is narrowed by its variables: nothing of another zone, client or service is left', async () => {
    const labels = ['zone', 'client', 'service'];
    for (const asked of everyQuery().filter(({ choice }) => Object.keys(choice).length > 0)) {
      if (asked.target.expr.includes('ALERTS') || asked.target.expr.includes('adguard_blocked_service')) continue;
      for (const { metric } of await ask(asked))
        for (const label of labels) {
          const value = (metric[label] ?? ONE[label])?.replace(/@.*/, '');
          expect([ONE[label], 'DNS'], `${label} in ${asked.panel.title}`).to.include(value);
        }
    }
  });

  it('marks alerts in its courses by a query that Prometheus takes', async () => {
    for (const { annotations } of dashboards.values())
      for (const { target } of annotations.list)
        // A warning that is about to fire stands for one that does: these take minutes.
        await stack.query(target.expr.replace('alertstate=~"firing"', 'alertstate=~"firing|pending"'));
  });

  it('lists what its variables offer', async () => {
    for (const [name, { templating }] of dashboards)
      for (const variable of templating.list) {
        const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(variable.query) ?? [];
        const match = encodeURIComponent(interpolate(selector, templating.list, {}));
        const values = await stack.prometheus<string[]>(`/api/v1/label/${label}/values?match[]=${match}`);
        const pattern = new RegExp(variable.regex?.slice(1, -1) ?? '(.*)');
        expect(
          values.map((value) => pattern.exec(value)?.[1]),
          `${name}: ${variable.name}`,
        ).to.include(ONE[variable.name]);
      }
  });

  it('reads metrics of the types that the real programs tell', async () => {
    const metadata = await stack.prometheus<Record<string, { type: string }[]>>('/api/v1/metadata');
    const told = FOREIGN_METRICS.filter(({ name }) => name in metadata);
    expect(told).to.have.length.above(6);
    for (const { name, type } of told)
      expect(
        metadata[name]?.map((each) => each.type),
        name,
      ).to.include(type);
  });

  describe('gets what it reads through the transformers of Grafana', () => {
    const drawn = new Map<string, Drawn>();

    async function draw(dashboard: DashboardJson, name: string): Promise<Drawn> {
      const panels = [];
      for (const panel of dashboard.panels) {
        const answers: Answer[] = [];
        for (const target of panel.targets ?? [])
          answers.push({ target, series: await ask({ dashboard: name, panel, target, choice: {} }) });
        panels.push({ panel, frames: await transformed(panel, framesOf(answers)) });
      }
      return { dashboard, panels };
    }

    before(async () => {
      for (const [name, dashboard] of dashboards) drawn.set(name, await draw(dashboard, name));
    });

    function framesFor(type: string): { title: string; panel: PanelJson; frames: readonly DataFrame[] }[] {
      return [...drawn].flatMap(([name, { panels }]) =>
        panels
          .filter(({ panel }) => panel.type === type)
          .map(({ panel, frames }) => ({ title: `${name} / ${panel.title}`, panel, frames })),
      );
    }

    it('node graphs: nodes and edges with exactly their fields, each edge between two of the nodes', () => {
      const graphs = framesFor('nodeGraph');
      expect(graphs).to.have.length(2);
      const names = Object.values(grafanaData().NodeGraphDataFrameFieldNames).map(String);
      // Time comes with every answer; the link of a node reads `about`.
      const isRead = (name: string): boolean =>
        name === 'Time' ||
        name === 'about' ||
        names.some((known) => (known.endsWith('__') ? name.startsWith(known) : name === known));
      for (const { title, frames } of graphs) {
        expect(frames, title).to.have.length(2);
        const edges = frames.find(({ fields }) => fields.some(({ name }) => name === 'source'));
        const nodes = frames.find((frame) => frame !== edges);
        if (edges === undefined || nodes === undefined) throw new Error(`${title} lacks a frame`);
        for (const { name } of [...nodes.fields, ...edges.fields])
          expect(isRead(name), `${name} in ${title}`).to.equal(true);
        expect(
          nodes.fields.map(({ name }) => name),
          title,
        ).to.include.members(['id', 'title', 'subtitle', 'mainstat', 'secondarystat', 'arc__ok', 'arc__bad']);
        expect(
          edges.fields.map(({ name }) => name),
          title,
        ).to.include.members(['id', 'source', 'target', 'mainstat', 'secondarystat', 'thickness']);
        const ids = rowsOf(nodes).map(({ id }) => id);
        expect(new Set(ids).size, title).to.equal(ids.length);
        expect(ids.length, title).to.be.within(2, MOST_NODES);
        expect(edges.length, title).to.be.above(1);
        for (const { source, target } of rowsOf(edges)) expect(ids, title).to.include.members([source, target]);
        for (const row of rowsOf(nodes))
          for (const number of ['mainstat', 'secondarystat', 'arc__ok', 'arc__bad'])
            expect(row[number], title).to.satisfy(Number.isFinite);
      }
    });

    it('tables: one row for each thing, with the columns that have a heading', () => {
      const tables = framesFor('table');
      expect(tables).to.have.length.above(15);
      for (const { title, panel, frames } of tables) {
        expect(frames, title).to.have.length(1);
        const [frame] = frames;
        if (frame === undefined) continue;
        expect(frame.length, title).to.be.above(0);
        const organised = panel.transformations?.find(({ id }) => id === 'organize');
        // That of the home page is shown as it comes.
        if (panel.transformations === undefined) continue;
        if (organised === undefined) {
          expect(frame.fields[0]?.name, title).to.equal('zone\\service');
          expect(
            frame.fields.slice(1).map(({ name }) => name),
            title,
          ).to.include.members(['app', 'DNS']);
          continue;
        }
        const headings = Object.keys(organised.options['indexByName'] as object);
        for (const { name } of frame.fields) expect(headings, `${name} in ${title}`).to.include(name);
      }
    });

    it('the number in a row of alerts leads to the section of the runbook about it', () => {
      const runbook = dashboards.get('runbook')?.panels ?? [];
      const alerts = framesFor('table').filter(
        ({ panel, title }) => panel.title === 'Alerts' && !title.startsWith('home'),
      );
      expect(alerts).to.have.length.above(4);
      for (const { title, panel, frames } of alerts) {
        const override = panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === 'runbook');
        const mappings = override?.properties.find(({ id }) => id === 'mappings')?.value as [
          { options: Record<string, { text: string }> },
        ];
        for (const row of frames.flatMap(rowsOf)) {
          const id = Number(mappings[0].options[String(row['runbook'])]?.text);
          expect(runbook.find((section) => section.id === id)?.title, title).to.equal(row['alertname']);
        }
      }
    });

    it('heat maps: a row for each bucket, in order, none of them below nothing', () => {
      const maps = framesFor('heatmap');
      expect(maps).to.have.length(3);
      for (const { title, frames } of maps) {
        const bounds = frames.map(({ fields }) => Number((fields[1]?.name ?? '').replace('+Inf', 'Infinity')));
        expect(bounds, title).to.deep.equal([...bounds].sort((one, other) => one - other));
        expect(bounds.length, title).to.be.above(5);
        const values = frames.flatMap(({ fields }) => (fields[1]?.values ?? []) as number[]);
        // Differences of sums of floating point numbers.
        for (const value of values) expect(value, title).to.be.at.least(-1e-9);
      }
    });

    it('which a person can read afterwards', () => {
      for (const [name, each] of drawn) console.log(`      ${writeReport(name, each)}`);
    });
  });
});
