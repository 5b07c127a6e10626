import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/desired/package-root.ts';
import { metricNames } from '../../../src/stack/prometheus/metric-names.ts';
import { casesFiles } from '../../../src/stack/prometheus/rules/cases-file.ts';
import { ruleGroups } from '../../../src/stack/prometheus/rules/groups.ts';
import { isAlert, type AlertRule, type RuleGroup } from '../../../src/stack/prometheus/rules/rule.ts';
import { expectGolden } from '../../support/golden.ts';
import { rendered, textOf } from '../../support/rendered-stack.ts';
import { onlyOf, stackHouse } from '../../support/stack-house.ts';

const HOUSE = `
kind: Prometheus
metadata: {name: prometheus}
spec: {operator: {}}
---
kind: Traefik
metadata: {name: traefik}
---
kind: Grafana
metadata: {name: grafana}
---
kind: Backup
metadata: {name: nightly}
spec: {directory: /mnt/backup, prometheus: prometheus}
`;

async function groupsOf(text = HOUSE): Promise<readonly RuleGroup[]> {
  const house = await stackHouse(text);
  return ruleGroups({ prometheus: onlyOf(house, 'Prometheus'), house });
}

function alertsOf(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules.filter(isAlert));
}

function alone(spec: string): string {
  return `kind: Prometheus\nmetadata: {name: prometheus}\nspec: ${spec}`;
}

describe('the rules of the stack', () => {
  it('are this file', async () => {
    const result = rendered(await stackHouse(HOUSE), 'Prometheus/prometheus');
    expectGolden('unit/stack/golden/prometheus-rules.yml', textOf(result, 'prometheus-rules'));
  });

  it('each have a case in which they fire and one in which they do not', async () => {
    for (const { alert, cases } of alertsOf(await groupsOf())) {
      expect(
        cases.filter(({ fires }) => fires.length > 0),
        `${alert} fires`,
      ).to.have.length.above(0);
      expect(
        cases.filter(({ fires }) => fires.length === 0),
        `${alert} does not`,
      ).to.have.length.above(0);
    }
  });

  it('each have a section in the runbook, and the runbook has no other', async () => {
    const runbook = readFileSync(join(packageRoot(), 'docs/runbook.md'), 'utf8');
    const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(sections).to.have.members(alertsOf(await groupsOf()).map(({ alert }) => alert));
  });

  it('say nothing about an operator that is not scraped: it would seem to be missing', async () => {
    const names = alertsOf(await groupsOf(alone('{}'))).map(({ alert }) => alert);
    expect(names).to.include('TargetDown').and.to.not.include('OperatorStalled');
    expect(alertsOf(await groupsOf(alone('{operator: {}}'))).map(({ alert }) => alert)).to.include('OperatorStalled');
  });

  it('can be left out, one by one or all', async () => {
    const all = alertsOf(await groupsOf(alone('{}'))).map(({ alert }) => alert);
    const some = alertsOf(await groupsOf(alone('{rules: {except: [DiskLow]}}'))).map(({ alert }) => alert);
    expect(all.filter((name) => !some.includes(name))).to.deep.equal(['DiskLow']);
    expect(await groupsOf(alone('{rules: {enabled: false}}'))).to.deep.equal([]);
  });

  it('warn of a disk at the thresholds at which it is cleaned', async () => {
    const alerts = alertsOf(await groupsOf(alone('{pressure: {disk: {warn: 0.3, critical: 0.15, recovered: 0.4}}}')));
    const endOf = (name: string): string => alerts.find(({ alert }) => alert === name)?.expr.slice(-6) ?? '';
    expect(endOf('DiskLow')).to.match(/ < 0.3$/);
    expect(endOf('DiskCritical')).to.match(/< 0.15$/);
  });

  it('ask of a backup two of its own pauses', async () => {
    const expr = async (schedule: string): Promise<string> => {
      const text = HOUSE.replace('{directory', `{schedule: "${schedule}", directory`);
      return alertsOf(await groupsOf(text)).find(({ alert }) => alert === 'BackupStale')?.expr ?? '';
    };
    expect(await expr('15 3 * * *')).to.contain(`> ${2 * 86_400} or`);
    expect(await expr('0 */6 * * *')).to.contain(`> ${12 * 3600} or`);
    expect(await expr('0 8 * * mon-fri'), 'over the weekend').to.contain(`> ${6 * 86_400} or`);
    const seconds = Number(/> (\d+) or/.exec(await expr('*/5 9-17 * * mon-fri'))?.[1]);
    expect(seconds, 'often, but not over the weekend').to.be.within(2 * 62 * 3600, 2 * 64 * 3600);
    expect(await expr('0 0 1 * *'), 'after a long month').to.contain(`> ${62 * 86_400} or`);
  });

  it('measure each member against its own limit', async () => {
    const text = HOUSE.replace('{operator: {}}', '{operator: {}, memoryLimit: 1g}');
    const used = (await groupsOf(text)).flatMap(({ rules }) => rules).find((rule) => 'record' in rule);
    expect(used).to.have.property('record', 'instance:memory_used:ratio');
    expect(used?.expr).to.match(/job="prometheus"}\) \/ 1073741824/);
    expect(used?.expr).to.match(/job="traefik"}\) \/ 268435456/);
    expect(used?.expr).to.match(/job="grafana"}\) \/ 402653184/);
  });
});

describe('the cases of the rules', () => {
  interface Test {
    readonly input_series: readonly { readonly series: string }[];
    readonly promql_expr_test: readonly { readonly expr: string }[];
  }

  it('lose none, and share a test only where they cannot disturb each other', async () => {
    const groups = await groupsOf();
    const wanted = groups.flatMap(({ rules }) => rules).reduce((sum, rule) => sum + (rule.cases ?? []).length, 0);
    const tests = casesFiles('bastion.yml', groups).flatMap(({ text }) => (parse(text) as { tests: Test[] }).tests);
    expect(tests.flatMap((test) => test.promql_expr_test)).to.have.length(wanted);
    for (const test of tests) {
      const series = test.input_series.map((each) => each.series);
      expect(new Set(series).size, 'no series twice').to.equal(series.length);
      const questions = test.promql_expr_test.map(({ expr }) => expr);
      expect(new Set(questions).size, 'no question twice').to.equal(questions.length);
    }
  });

  it('evaluate what is recorded slowly before what compares with it', async () => {
    for (const { text } of casesFiles('bastion.yml', await groupsOf())) {
      const { group_eval_order: order } = parse(text) as { group_eval_order: string[] };
      expect(order[0]).to.equal('bastion-traffic-usual');
    }
  });
});

describe('the metrics that an expression reads', () => {
  const examples: Readonly<Record<string, readonly string[]>> = {
    'up == 0': ['up'],
    'sum by (job, instance) (rate(a_total{job="b_total", c=~"d_e"}[5m])) / on (job) group_left (x_y) b:c:rate5m': [
      'a_total',
      'b:c:rate5m',
    ],
    'predict_linear(free_bytes[6h], 86400) < 0 and free_bytes / size_bytes < 4e-1': ['free_bytes', 'size_bytes'],
    'time() - max(clock_seconds{clock="x"} offset 1d) > 900 or absent(clock_seconds)': ['clock_seconds'],
    'max_over_time(a:b[1h:5m]) > bool Inf unless NaN * c': ['a:b', 'c'],
    'vector(0) > 1': [],
  };
  for (const [expression, names] of Object.entries(examples))
    it(`of ${expression}`, () => {
      expect(metricNames(expression)).to.deep.equal(names);
    });
});
