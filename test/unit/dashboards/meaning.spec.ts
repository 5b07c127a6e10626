import { expect } from 'chai';
import { isAlert, type RuleGroup } from '../../../src/stack/prometheus/rules/rule.ts';
import { ruleGroups } from '../../../src/stack/prometheus/rules/groups.ts';
import { shippedDashboards, type PanelJson } from '../../support/dashboards/dashboard-json.ts';
import { metricCatalogue, type KnownMetric } from '../../support/dashboards/metric-catalogue.ts';
import { readExpression } from '../../support/dashboards/promql.ts';
import { commandLineProblem } from '../../support/documentation/command-line.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';

/** Labels whose value `other` is the rest of many, which is no client, domain or service of its own. */
const ADMITTED = ['client', 'domain', 'service'];
/** The one meaning of blocked; safe search is an answer. */
const BLOCKED = { label: 'result', op: '=~', value: 'blocked|blocked_service|safebrowsing|parental' };

interface Question {
  readonly title: string;
  readonly panel: PanelJson;
  readonly expr: string;
}

function questions(): readonly Question[] {
  return [...shippedDashboards()].flatMap(([name, { panels }]) =>
    panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr }) => ({ title: `${name} / ${panel.title}: ${expr}`, panel, expr })),
    ),
  );
}

async function rules(): Promise<RuleGroup['rules']> {
  const house = await stackHouse('kind: Prometheus\nmetadata: {name: prometheus}\nspec: {operator: {}}\n');
  return ruleGroups({ prometheus: onlyOf(house, 'Prometheus'), house }).flatMap((group) => group.rules);
}

/** Commands of bastion in a text, as somebody would type them. */
function commands(text: string): readonly string[][] {
  return [...text.matchAll(/`(bastion [^`]+)`/g)].map(([, code = '']) => code.split(/\s+/).slice(1));
}

describe('what dashboards and rules mean', function () {
  // The catalogue renders a whole stack, which takes its time on a busy machine.
  this.timeout(60_000);
  let catalogue: ReadonlyMap<string, KnownMetric>;

  before(async () => {
    catalogue = await metricCatalogue();
  });

  it('ranks clients, domains and services without the rest of them, which would be the largest', () => {
    const ranked = questions().filter(({ expr }) => expr.includes('topk('));
    expect(ranked).to.have.length.above(5);
    for (const { title, expr } of ranked) {
      const { selectors, groupings } = readExpression(expr);
      for (const { name, matchers, within } of selectors) {
        const isOfExporter = /^(adguard_(?!blocked_service)|homelab_http_)\w+_total$/.test(name);
        if (!isOfExporter || !within.includes('topk')) continue;
        const labels = (catalogue.get(name)?.labels ?? []).filter((label) => groupings.includes(label));
        for (const label of ADMITTED.filter((each) => labels.includes(each))) {
          // What a client does is told of by its own rest, too, where nothing is ranked by it.
          const isLeftOut = matchers.some(
            ({ label: of, op, value }) => of === label && op === '!=' && value === 'other',
          );
          const isJoined = label === 'client' && selectors.some(({ name: of }) => of === 'adguard_client_info');
          expect(isLeftOut || isJoined, `${label} in ${title}`).to.equal(true);
        }
      }
    }
  });

  it('has one meaning of a query that is blocked', async () => {
    const recorded = (await rules()).map(({ expr, ...rule }) => ({ title: JSON.stringify(rule), expr }));
    const matched = [...questions(), ...recorded].flatMap(({ title, expr }) =>
      readExpression(expr).selectors.flatMap(({ name, matchers }) =>
        name.startsWith('adguard_')
          ? matchers.filter(({ label }) => label === 'result').map((matcher) => ({ title, matcher }))
          : [],
      ),
    );
    expect(matched).to.have.length.above(5);
    for (const { title, matcher } of matched) expect(matcher, title).to.deep.equal(BLOCKED);
  });

  it('calls a service by the name without the provider, which its variable and the graph have', () => {
    const named = questions().filter(({ expr }) => readExpression(expr).groupings.includes('service'));
    expect(named).to.have.length.above(5);
    for (const { title, expr } of named)
      for (const { name, within } of readExpression(expr).selectors) {
        if (name === 'ALERTS' || name.startsWith('adguard_blocked_service')) continue;
        if (!(catalogue.get(name)?.labels ?? []).includes('service')) continue;
        expect(within, `${name} in ${title}`).to.include('label_replace');
      }
  });

  it('leads from each kind of node to a dashboard that there is, by a variable that it has', async () => {
    const dashboards = new Map([...shippedDashboards().values()].map((each) => [each.uid, each]));
    const node = (await rules()).find((rule) => 'record' in rule && rule.record === 'id:homelab_graph_node:info');
    const links = [...(node?.expr ?? '').matchAll(/"about", "([\w-]+)(?:\?var-(\w+)=\$1)?"/g)];
    expect(links).to.have.length.above(5);
    for (const [link, uid = '', variable] of links) {
      expect([...dashboards.keys()], link).to.include(uid);
      if (variable === undefined) continue;
      expect(
        dashboards.get(uid)?.templating.list.map(({ name }) => name),
        link,
      ).to.include(variable);
    }
  });

  it('shows how long the operator is gone, for a day, though its series end with the first scrape that fails', () => {
    const clocks = questions().filter(({ expr }) => expr.includes('bastion_clock_timestamp_seconds'));
    expect(clocks).to.have.length.above(1);
    for (const { title, expr } of clocks)
      for (const { range, within } of readExpression(expr).selectors) {
        expect(range, title).to.equal('1d');
        expect(within, title).to.include('last_over_time');
      }
  });

  it('tells only commands that there are', async () => {
    const texts = [
      ...[...shippedDashboards()].flatMap(([name, { panels }]) =>
        panels.map(({ title, description = '', fieldConfig }) => ({
          title: `${name} / ${title}`,
          text: `${description} ${fieldConfig?.defaults.noValue ?? ''}`,
        })),
      ),
      ...(await rules())
        .filter(isAlert)
        .map(({ alert, summary, description }) => ({ title: alert, text: `${summary} ${description}` })),
    ];
    expect(texts.flatMap(({ text }) => commands(text))).to.have.length.above(10);
    for (const { title, text } of texts)
      for (const words of commands(text))
        expect(commandLineProblem(words), `${title}: bastion ${words.join(' ')}`).to.equal(undefined);
  });
});
