import { expect } from 'chai';
import {
  HOME,
  shippedDashboards,
  type DashboardJson,
  type PanelJson,
  type PropertyJson,
  type TargetJson,
} from '../../support/dashboards/dashboard-json.ts';
import { grafanaData } from '../../support/dashboards/grafana-data.ts';
import { metricCatalogue, type KnownMetric } from '../../support/dashboards/metric-catalogue.ts';
import { readExpression } from '../../support/dashboards/promql.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';

const MOST_QUERIES = 25;
const COLUMNS = 24;
const COUNTED = new Set(['rate', 'irate', 'increase', 'resets']);
const VARIABLES = ['zone', 'client', 'service'];
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST = 30 * 86_400;

function seconds(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(count) * (SECONDS[unit] ?? NaN);
}

function targetsOf(panel: PanelJson): readonly TargetJson[] {
  return panel.targets ?? [];
}

function propertiesOf(panel: PanelJson): readonly PropertyJson[] {
  return (panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties);
}

function overridesOf(panel: PanelJson, field: string): readonly PropertyJson[] {
  return (panel.fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.options === field)
    .flatMap((each) => each.properties);
}

/** Names that a question gives to its numbers, where it has several. */
function numbersOf({ expr }: TargetJson): readonly string[] {
  return [...expr.matchAll(/, "stat", "(\w+)"/g)].map(([, name = '']) => name);
}

function isRed(panel: PanelJson): boolean {
  const steps = (value: unknown): boolean => JSON.stringify(value ?? '').includes('"red"');
  const own = panel.type === 'nodeGraph' ? panel.options : panel.fieldConfig?.defaults.thresholds;
  return (
    steps(own) ||
    propertiesOf(panel).some(({ id, value }) => (id === 'thresholds' || id === 'mappings') && steps(value))
  );
}

function urlsOf(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/"url":"([^"]+)"/g)].map(([, url = '']) => url);
}

describe('dashboards', function () {
  // Grafana's front end takes its time to load on a busy machine.
  this.timeout(60_000);
  const dashboards = shippedDashboards();
  let catalogue: ReadonlyMap<string, KnownMetric>;

  before(async () => {
    catalogue = await metricCatalogue();
  });

  it('are those of the design, the operator, the runbook and the home page, the heavy ones with a lite variant', () => {
    expect([...dashboards.keys()]).to.deep.equal([
      'domains-dns',
      'domains-dns.lite',
      'network-topology',
      'network-topology.lite',
      'operator',
      'operator.lite',
      'runbook',
      'services',
      'services.lite',
      'zones',
      'zones.lite',
      HOME,
    ]);
  });

  for (const [name, dashboard] of dashboards) {
    const panels = dashboard.panels;
    const asking = panels.filter((panel) => targetsOf(panel).length > 0);
    const each = (check: (panel: PanelJson) => void): void => {
      for (const panel of asking) check(panel);
    };
    const eachQuery = (check: (target: TargetJson, panel: PanelJson, title: string) => void): void =>
      each((panel) => targetsOf(panel).forEach((target) => check(target, panel, `${panel.title}: ${target.expr}`)));

    describe(name, () => {
      it('asks the one data source that there is', () => {
        const sources = [
          ...asking.flatMap(({ datasource, targets = [] }) => [
            datasource,
            ...targets.map((target) => target.datasource),
          ]),
          ...dashboard.templating.list.map(({ datasource }) => datasource),
          ...dashboard.annotations.list.map(({ datasource }) => datasource),
        ];
        for (const source of sources) expect(source).to.deep.equal({ type: 'prometheus', uid: 'prometheus' });
      });

      it('has a title and a description for a person on every panel, and says what it means that there is nothing', () => {
        for (const { title, description = '' } of panels) {
          expect(title).to.match(/^[A-Z].{2,60}$/);
          expect(description, title).to.match(/^[A-Z][^]{15,}[.)]$/);
        }
        each(({ title, fieldConfig }) => expect(fieldConfig?.defaults.noValue, title).to.match(/^[A-Z].{8,}\.$/));
      });

      it('has a unit that Grafana knows for every number', () => {
        const known = Object.keys(grafanaData().getValueFormatterIndex());
        each((panel) => {
          const unitOf = (field: string): unknown => overridesOf(panel, field).find(({ id }) => id === 'unit')?.value;
          const named = panel.type === 'nodeGraph' ? [] : targetsOf(panel).flatMap(numbersOf);
          const shown = named.filter((field) => !overridesOf(panel, field).some(({ id }) => id === 'custom.hideFrom'));
          const units =
            panel.type === 'nodeGraph'
              ? Object.values(panel.options ?? {}).flatMap((part) =>
                  Object.entries(part as object)
                    .filter(([key]) => key.endsWith('StatUnit'))
                    .map(([, unit]) => unit as string),
                )
              : named.length > 0
                ? shown.map(unitOf)
                : [panel.fieldConfig?.defaults.unit];
          expect(units, panel.title).to.have.length.above(0);
          for (const unit of units) expect(known, `${panel.title}: ${String(unit)}`).to.include(unit);
        });
      });

      it('reads only metrics that there are', () => {
        eachQuery(({ expr }, _panel, title) => {
          const { selectors } = readExpression(expr);
          expect(selectors, title).to.have.length.above(0);
          for (const { name: metric } of selectors) expect([...catalogue.keys()], title).to.include(metric);
        });
      });

      it('takes a rate of every counter and of nothing else', () => {
        eachQuery(({ expr }, _panel, title) => {
          for (const { name: metric, within, range } of readExpression(expr).selectors) {
            const isCounter = catalogue.get(metric)?.type === 'counter';
            const isRate = COUNTED.has(within.at(-1) ?? '') && range !== undefined;
            expect(isRate, `${metric} in ${title}`).to.equal(isCounter);
          }
        });
      });

      it('groups and names by labels that are bounded', () => {
        eachQuery(({ expr, legendFormat = '' }, _panel, title) => {
          const { selectors, groupings } = readExpression(expr);
          const made = [...expr.matchAll(/, "(\w+)", "[^"]*", "\w*", "/g)].map(([, label]) => label);
          const bounded = [...selectors.flatMap(({ name: metric }) => catalogue.get(metric)?.labels ?? []), ...made];
          const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
          for (const label of [...groupings, ...named]) expect(bounded, `${label} in ${title}`).to.include(label);
        });
      });

      it('narrows what has a zone, a client or a service by each of its variables, and has no variable in vain', () => {
        const variables = dashboard.templating.list.map((variable) => variable.name);
        const used = new Set<string>();
        eachQuery(({ expr }, _panel, title) => {
          for (const [, variable = ''] of expr.matchAll(/\$(?!__)(\w+)(?=[^"]*")/g))
            if (VARIABLES.includes(variable)) used.add(variable);
          for (const { name: metric, matchers } of readExpression(expr).selectors) {
            if (metric === 'ALERTS') continue;
            const labels = (catalogue.get(metric)?.labels ?? []).filter((label) => variables.includes(label));
            // The service there is one that AdGuard Home blocks.
            if (metric.startsWith('adguard_blocked_service')) continue;
            for (const label of labels)
              expect(
                matchers.some((matcher) => matcher.label === label && matcher.value.includes(`$${label}`)),
                `${label} of ${metric} in ${title}`,
              ).to.equal(true);
          }
        });
        expect([...used]).to.have.members(variables);
      });

      it('asks little: few queries, not often, over a sane time', () => {
        const queries = asking.reduce((sum, panel) => sum + targetsOf(panel).length, dashboard.annotations.list.length);
        expect(queries).to.be.at.most(MOST_QUERIES);
        expect(seconds(dashboard.refresh)).to.be.at.least(30);
        expect(dashboard.time.to).to.equal('now');
        expect(seconds(dashboard.time.from.replace('now-', ''))).to.be.within(900, LONGEST);
        eachQuery(({ expr, range, instant }, _panel, title) => {
          expect(range === true, title).to.equal(instant !== true);
          for (const { range: of } of readExpression(expr).selectors)
            if (of !== undefined && of !== '$__rate_interval') expect(seconds(of), title).to.be.within(60, LONGEST);
        });
      });

      it('lays its panels out without a gap in numbers and without an overlap', () => {
        const ids = panels.map(({ id }) => id);
        expect(new Set(ids).size).to.equal(ids.length);
        const cells = new Map<string, string>();
        for (const { title, gridPos } of panels) {
          expect(gridPos.x + gridPos.w, title).to.be.at.most(COLUMNS);
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
            for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
              expect(cells.get(`${x} ${y}`), `${title} at ${x}, ${y}`).to.equal(undefined);
              cells.set(`${x} ${y}`, title);
            }
        }
      });

      it('says of everything that can be red what to do, with a link to the runbook', () => {
        for (const panel of asking.filter(isRed)) {
          // The table of alerts has a link in every row.
          const links = urlsOf(panel).filter((url) => url.startsWith('/d/bastion-runbook'));
          if (name === HOME) expect(panel.description, panel.title).to.contain('**When it is red:**');
          else
            expect(panel.description, panel.title).to.match(
              /\*\*When it is red:\*\* .*Runbook: \[\w+\]\(\/d\/bastion-runbook/s,
            );
          expect(links, panel.title).to.have.length.above(0);
        }
      });

      it('links only to dashboards and variables that there are, and to the sections that it names', () => {
        const byUid = new Map<string, DashboardJson>([...dashboards.values()].map((other) => [other.uid, other]));
        const runbook = dashboards.get('runbook');
        const links = [...JSON.stringify(dashboard).matchAll(/\/d\/([\w-]+)(\?[^")]*)?/g)];
        for (const [link, uid = '', query = ''] of links) {
          expect([...byUid.keys()], link).to.include(uid);
          for (const [, variable] of query.matchAll(/var-(\w+)=/g))
            expect(
              byUid.get(uid)?.templating.list.map((each) => each.name),
              link,
            ).to.include(variable);
          const [, panel] = /viewPanel=(\d+)/.exec(query) ?? [];
          if (panel !== undefined)
            expect(
              runbook?.panels.map(({ id }) => id),
              link,
            ).to.include(Number(panel));
        }
        for (const { links: own = [], title } of panels)
          for (const { title: text, url = '' } of own) {
            const [, section] = /^What to do: (\w+)$/.exec(text) ?? [];
            if (section === undefined) continue;
            const id = Number(/viewPanel=(\d+)/.exec(url)?.[1]);
            expect(runbook?.panels.find((panel) => panel.id === id)?.title, title).to.equal(section);
          }
      });
    });
  }

  for (const [name, lite] of dashboards) {
    if (!name.endsWith('.lite')) continue;
    it(`${name} is the same to whoever links to it, and asks less, less often`, () => {
      const full = dashboards.get(name.replace(/\.lite$/, ''));
      expect({ uid: lite.uid, title: lite.title }).to.deep.equal({ uid: full?.uid, title: full?.title });
      const queries = (dashboard: DashboardJson | undefined): number =>
        (dashboard?.panels ?? []).flatMap(targetsOf).length;
      expect(queries(lite)).to.be.below(queries(full));
      expect(seconds(lite.refresh)).to.be.above(seconds(full?.refresh ?? ''));
      expect(lite.panels.filter(({ type }) => type === 'nodeGraph' || type === 'heatmap')).to.deep.equal([]);
    });
  }

  it('read nothing that Prometheus gives up under pressure, unless a rule needs it', async () => {
    const house = await stackHouse('kind: Prometheus\nmetadata: {name: prometheus}\nspec: {}\n');
    const drop = onlyOf(house, 'Prometheus').spec.drop.map((expression) => new RegExp(`^(?:${expression})$`));
    for (const [name, { panels }] of dashboards)
      for (const target of panels.flatMap(targetsOf))
        for (const selector of readExpression(target.expr).selectors)
          expect(
            drop.some((expression) => expression.test(selector.name)),
            `${selector.name} in ${name}`,
          ).to.equal(false);
  });

  it('keep the home page to what Prometheus tells of itself and of its targets', () => {
    const metrics = (dashboards.get(HOME)?.panels ?? [])
      .flatMap(targetsOf)
      .flatMap(({ expr }) => readExpression(expr).selectors);
    for (const { name } of metrics) expect(name).to.match(/^(up|ALERTS|scrape_|prometheus_|process_)/);
  });
});
