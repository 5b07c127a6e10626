import { stringify } from 'yaml';
import { metricNames } from '../metric-names.ts';
import { isAlert, type AlertCase, type AlertRule, type RecordingRule, type RuleGroup, type Step } from './rule.ts';

/** Step of a file's cases, and what stands behind the name of the rule file for it. */
const FILES: readonly { readonly step: Step; readonly suffix: string }[] = [
  { step: '1m', suffix: '.minutes.test' },
  { step: '30m', suffix: '.hours.test' },
];

/** A file of cases, which lies beside the rule file. */
export interface CasesFile {
  /** What stands behind the name of the rule file. */
  readonly suffix: string;
  readonly text: string;
}

/** A case on its way into a test. */
interface Case {
  readonly name: string;
  /** All that decides what comes of it: two cases that have none in common cannot disturb each other. */
  readonly metrics: readonly string[];
  readonly series: AlertCase['series'];
  readonly expression: string;
  readonly at: string;
  readonly samples: readonly { readonly labels: string; readonly value: number }[];
}

/**
 * The cases of all rules as `promtool test rules` takes them; one interval of evaluation a file. What fires is asked for
 * through the series ALERTS, whose labels must be exactly these; so no text of an alert stands here a second time.
 *
 * @param rulesName name of the rule file
 */
export function casesFiles(rulesName: string, groups: readonly RuleGroup[]): readonly CasesFile[] {
  const reads = metricsRead(groups);
  return FILES.flatMap(({ step, suffix }) => {
    const cases = groups.flatMap(({ rules }) => rules.flatMap((rule) => casesOf(rule, step, reads)));
    const tests = independentTests(cases).map((together) => testOf(together, step));
    if (tests.length === 0) return [];
    const document = { rule_files: [rulesName], evaluation_interval: step, group_eval_order: orderOf(groups), tests };
    const text = stringify(document, { lineWidth: 0 });
    return [{ suffix, text }];
  });
}

/**
 * promtool evaluates groups in any order, all of them at every step. With steps longer than the five minutes for which a
 * sample counts, what slow groups record must be there before what compares with it.
 */
function orderOf(groups: readonly RuleGroup[]): readonly string[] {
  const isSlow = ({ interval }: RuleGroup): boolean => interval !== undefined;
  return [...groups.filter(isSlow), ...groups.filter((group) => !isSlow(group))].map(({ name }) => name);
}

/** Each test has a database of its own, which costs more than what is evaluated in it: so cases share one where they can. */
function independentTests(cases: readonly Case[]): readonly (readonly Case[])[] {
  const tests: { readonly cases: Case[]; readonly metrics: Set<string> }[] = [];
  for (const each of cases) {
    let test = tests.find(({ metrics }) => each.metrics.every((name) => !metrics.has(name)));
    if (test === undefined) {
      test = { cases: [], metrics: new Set() };
      tests.push(test);
    }
    test.cases.push(each);
    for (const name of each.metrics) test.metrics.add(name);
  }
  return tests.map((test) => test.cases);
}

function testOf(cases: readonly Case[], step: Step): object {
  return {
    name: cases.map(({ name }) => name).join('; '),
    interval: step,
    input_series: cases.flatMap(({ series }) =>
      Object.entries(series).map(([name, values]) => ({ series: name, values })),
    ),
    promql_expr_test: cases.map(({ expression, at, samples }) => ({
      expr: expression,
      eval_time: at,
      exp_samples: samples,
    })),
  };
}

function casesOf(rule: AlertRule | RecordingRule, step: Step, reads: MetricsRead): Case[] {
  const isOfStep = (each: { readonly step?: Step }): boolean => (each.step ?? '1m') === step;
  const metricsOf = (series: AlertCase['series']): string[] => [
    ...new Set([...reads(rule), ...Object.keys(series).flatMap(metricNames)]),
  ];
  if (!isAlert(rule)) {
    const { record, cases = [] } = rule;
    return cases.filter(isOfStep).map(({ series, at, values }) => ({
      name: record,
      metrics: metricsOf(series),
      series,
      expression: record,
      at,
      samples: values.map(({ labels, value }) => ({ labels: sampleName(record, labels), value })),
    }));
  }
  const { alert, severity } = rule;
  const fixed = { alertname: alert, alertstate: 'firing', severity };
  return rule.cases.filter(isOfStep).map(({ when, series, at, fires }) => ({
    name: `${alert}: ${when}`,
    metrics: metricsOf(series),
    series,
    expression: `ALERTS{alertname="${alert}",alertstate="firing"}`,
    at,
    samples: fires.map((labels) => ({ labels: sampleName('ALERTS', { ...fixed, ...labels }), value: 1 })),
  }));
}

/** What a rule depends on: the metrics in its expression, and those behind the recorded ones among them. */
type MetricsRead = (rule: AlertRule | RecordingRule) => readonly string[];

function metricsRead(groups: readonly RuleGroup[]): MetricsRead {
  const recorded = new Map(
    groups.flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [[rule.record, rule] as const]))),
  );
  const read: MetricsRead = (rule) => {
    const behind = metricNames(rule.expr).flatMap((name) => {
      const source = recorded.get(name);
      return source === undefined ? [name] : [name, ...read(source)];
    });
    return isAlert(rule) ? behind : [rule.record, ...behind];
  };
  return read;
}

function sampleName(name: string, labels: Readonly<Record<string, string>>): string {
  const written = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${written.join(',')}}`;
}
