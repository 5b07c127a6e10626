import { expect } from 'chai';
import { HOME, shippedDashboards } from '../support/dashboards/dashboard-json.ts';
import { DashboardHouse } from '../support/dashboards/dashboard-house.ts';
import { FOREIGN_METRICS } from '../support/dashboards/foreign-metrics.ts';
import { expectHeatmap, expectNodeGraph, expectTable, type DrawnPanel } from '../support/dashboards/frame-checks.ts';
import type { Choice } from '../support/dashboards/interpolate.ts';
import { rowsOf } from '../support/dashboards/prometheus-frames.ts';
import { Questions, type Asked } from '../support/dashboards/questions.ts';
import { writeReport, type Drawn } from '../support/dashboards/report.ts';
import { eventually } from '../support/eventually.ts';
import { PATIENCE } from '../support/operator.ts';

/** One value of each variable: a client that is drawn in the graph, its zone, and a service that it uses. */
const ONE: Choice = { zone: 'lan', client: '192.168.1.10', service: 'app' };

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
};

/** What the test does to the house, by the panels that are empty before it. */
const EMPTY_UNTIL_SOMETHING_HAPPENS = [
  'Alerts',
  'Resources that are not well',
  'Drift by field, a day',
  'Time to heal, a day',
];

/**
 * Of all these, what comes with traffic by itself, with the second or fourth minute, or sooner: one of the services that are visited
 * answers with errors, of which an alert tells. It is empty before there is any traffic.
 */
const COMES_WITH_TRAFFIC = ['DNS queries and what is usual', 'Requests', 'Alerts'];

const LISTED = [...Object.keys(EMPTY_WHEN_HEALTHY), ...EMPTY_UNTIL_SOMETHING_HAPPENS];

describe('every panel of every dashboard', function () {
  this.timeout(240_000);
  const dashboards = shippedDashboards();
  let house: DashboardHouse;
  let questions: Questions;

  before(async function () {
    house = await DashboardHouse.open(this);
    questions = new Questions(house.stack, dashboards);
  });

  after(() => house?.close());

  const everyQuery = (): Asked[] => questions.all(ONE);

  /** The queries of the panels of a title, in whichever dashboards. */
  function queriesOf(title: string): Asked[] {
    const queries = everyQuery().filter(({ panel }) => panel.title === title);
    expect(queries, title).to.have.length.above(0);
    return queries;
  }

  /** What is drawn of the panels of a type, in all dashboards. */
  async function drawnOf(type: string): Promise<DrawnPanel[]> {
    const found: DrawnPanel[] = [];
    for (const name of dashboards.keys())
      found.push(...panelsOf(name, await questions.draw(name, (panel) => panel.type === type)));
    return found;
  }

  for (const title of LISTED)
    it(`begins with nothing: ${title}`, async () => {
      await house.operator.until(() => questions.expectNothing(queriesOf(title)), 2 * PATIENCE);
    });

  it('has data under traffic, for all and for one zone, client and service, unless it is on the list', async () => {
    await house.comesAlive();
    await house.operator.until(async () => {
      await house.visit();
      await questions.expectData(everyQuery().filter(({ panel }) => !LISTED.includes(panel.title)));
    }, 3 * PATIENCE);
  });

  it('heat maps: a row for each bucket, in order, none of them below nothing at any of several points in time', async () => {
    await house.operator.until(async () => {
      const maps = await drawnOf('heatmap');
      expect(maps).to.have.length(3);
      for (const map of maps) expectHeatmap(map);
    }, 3 * PATIENCE);
  });

  for (const title of LISTED.filter((each) => !COMES_WITH_TRAFFIC.includes(each)))
    it(`still has nothing when all is well: ${title}`, () => questions.expectNothing(queriesOf(title)));

  it('has data once what it is about happens: drift, a resource and a target that fail, and the rest of the list', async () => {
    await house.goesWrong(Object.assign({}, ...Object.values(EMPTY_WHEN_HEALTHY)) as Record<string, number>);
    await house.operator.until(async () => {
      await house.visit();
      await questions.expectData(everyQuery().filter(({ panel }) => LISTED.includes(panel.title)));
    }, 3 * PATIENCE);
  });

  it('is narrowed by its variables: nothing of another zone, client or service is left', async () => {
    const labels = ['zone', 'client', 'service'];
    for (const asked of everyQuery().filter(({ choice }) => Object.keys(choice).length > 0)) {
      if (asked.target.expr.includes('ALERTS') || asked.target.expr.includes('adguard_blocked_service')) continue;
      for (const { metric } of await questions.ask(asked))
        for (const label of labels) {
          const value = metric[label] ?? ONE[label];
          expect([ONE[label], 'DNS'], `${label} in ${asked.panel.title}`).to.include(value);
        }
    }
  });

  it('has a target that is down among what fails in the network', async () => {
    await house.operator.until(async () => {
      const [node] = await house.stack.query('id:homelab_graph_node_errors:ratio_rate5m{id="svc:deaf"}');
      expect(node?.value).to.equal(1);
    }, PATIENCE);
  });

  it('marks alerts in its courses by a query that Prometheus takes', async () => {
    for (const { annotations } of dashboards.values())
      for (const { target } of annotations.list)
        // A warning that is about to fire stands for one that does: these take minutes.
        await house.stack.query(target.expr.replace('alertstate=~"firing"', 'alertstate=~"firing|pending"'));
  });

  it('lists what its variables offer', async () => {
    for (const [name, { templating }] of dashboards)
      for (const variable of templating.list) {
        expect(await questions.offeredBy(variable, templating.list), `${name}: ${variable.name}`).to.include(
          ONE[variable.name],
        );
      }
  });

  it('reads metrics of the types that the real programs tell', async () => {
    const metadata = await house.stack.prometheus<Record<string, { type: string }[]>>('/api/v1/metadata');
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

    before(async () => {
      for (const name of dashboards.keys()) drawn.set(name, await questions.draw(name));
    });

    function framesFor(type: string): DrawnPanel[] {
      return [...drawn].flatMap(([name, each]) => panelsOf(name, each)).filter(({ panel }) => panel.type === type);
    }

    it('node graphs: nodes and edges with exactly their fields, each edge between two of the nodes, and whole rings', () => {
      const graphs = framesFor('nodeGraph');
      expect(graphs).to.have.length(2);
      for (const graph of graphs) expectNodeGraph(graph);
    });

    it('nodes that lead to dashboards that are about them', async () => {
      for (const { title, frames } of framesFor('nodeGraph'))
        for (const { about, id } of frames.flatMap(rowsOf)) {
          if (typeof about !== 'string') continue;
          const [, uid, name, value] = /^([\w-]+)(?:\?var-(\w+)=(.*))?$/.exec(about) ?? [];
          const target = [...dashboards.values()].find((each) => each.uid === uid);
          expect(target, `${String(id)} in ${title}`).to.not.equal(undefined);
          const list = target?.templating.list ?? [];
          const variable = list.find((each) => each.name === name);
          if (variable === undefined) expect(name, String(id)).to.equal(undefined);
          else expect(await questions.offeredBy(variable, list), String(id)).to.include(value);
        }
    });

    it('tables: a row for each thing, with the columns that have a heading, and numbers in each column of numbers', () => {
      const tables = framesFor('table');
      expect(tables).to.have.length.above(15);
      for (const table of tables) expectTable(table);
    });

    it('who asks for which domain: domains, and not the rest of them', () => {
      const tables = framesFor('table').filter(({ panel }) => panel.title === 'Who asks for which domain');
      expect(tables).to.have.length.above(0);
      for (const { title, frames } of tables) {
        const domains = frames.flatMap(rowsOf).map(({ domain }) => domain);
        expect(domains, title).to.satisfy((each: unknown[]) => each.some((domain) => /^site-\d/.test(String(domain))));
        expect(domains, title).to.not.include('other');
      }
    });

    it('the number in a row of alerts leads to the section of the runbook about it', () => {
      const runbook = dashboards.get('runbook')?.panels ?? [];
      const alerts = framesFor('table').filter(
        ({ panel, title }) => panel.title === 'Alerts' && !title.startsWith(HOME),
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

    it('which a person can read afterwards', () => {
      for (const [name, each] of drawn) console.log(`      ${writeReport(name, each)}`);
    });
  });

  describe('once the operator is gone', () => {
    before(() => house.operator.stop());

    it('shows for how long it has not looked', async () => {
      await eventually(async () => expect(await house.stack.query('bastion_clock_timestamp_seconds')).to.be.empty, {
        within: PATIENCE,
        every: 500,
      });
      const asked = everyQuery().filter(({ panel }) => panel.title === 'Last look at everything');
      expect(asked).to.have.length.above(1);
      await questions.expectData(asked);
    });
  });
});

/** The panels of a dashboard, with its name before their titles. */
function panelsOf(name: string, { panels }: Drawn): DrawnPanel[] {
  return panels.map(({ panel, frames }) => ({ title: `${name} / ${panel.title}`, panel, frames }));
}
