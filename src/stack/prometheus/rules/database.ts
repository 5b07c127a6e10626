import type { RuleGroup } from './rule.ts';

const OF = 'job="prometheus",instance="prometheus.lab:9090"';
const PROMETHEUS = { job: 'prometheus', instance: 'prometheus.lab:9090' };
const FAILURES = [
  'compactions_failed',
  'head_truncations_failed',
  'reloads_failures',
  'wal_writes_failed',
  'wal_truncations_failed',
];

/** Prometheus itself: its configuration, its rules, its database. */
export function databaseRules(): RuleGroup {
  return {
    name: 'bastion-prometheus',
    rules: [
      {
        alert: 'PrometheusConfigReloadFailed',
        expr: 'prometheus_config_last_reload_successful == 0',
        for: '5m',
        severity: 'critical',
        summary: 'Prometheus refused its configuration',
        description:
          'It goes on with the one before. The operator should have put that back; Prometheus starts with neither.',
        cases: [
          {
            when: 'the last reload failed',
            series: { [`prometheus_config_last_reload_successful{${OF}}`]: '1 0+0x10' },
            at: '8m',
            fires: [PROMETHEUS],
          },
          {
            when: 'a later one succeeded',
            series: { [`prometheus_config_last_reload_successful{${OF}}`]: '1 0 0 1+0x10' },
            at: '8m',
            fires: [],
          },
        ],
      },
      {
        alert: 'RuleEvaluationFailures',
        expr: 'increase(prometheus_rule_evaluation_failures_total[15m]) > 0 or increase(prometheus_rule_group_iterations_missed_total[15m]) > 0',
        severity: 'warning',
        summary: 'Rules of {{ $labels.rule_group }} are not evaluated',
        description:
          'They fail, or take longer than their interval: alerts may be missing. The page of rules has the error.',
        cases: [
          {
            when: 'a rule fails',
            series: { [`prometheus_rule_evaluation_failures_total{${OF},rule_group="a"}`]: '0+1x10' },
            at: '8m',
            fires: [{ ...PROMETHEUS, rule_group: 'a' }],
          },
          {
            when: 'rules take too long',
            series: { [`prometheus_rule_group_iterations_missed_total{${OF},rule_group="a"}`]: '0+1x10' },
            at: '8m',
            fires: [{ ...PROMETHEUS, rule_group: 'a' }],
          },
          {
            when: 'none failed lately',
            series: { [`prometheus_rule_evaluation_failures_total{${OF},rule_group="a"}`]: '2+0x20' },
            at: '18m',
            fires: [],
          },
        ],
      },
      {
        alert: 'TsdbCorruption',
        expr: 'increase(prometheus_tsdb_wal_corruptions_total[1h]) > 0 or increase(prometheus_tsdb_mmap_chunk_corruptions_total[1h]) > 0',
        severity: 'critical',
        summary: 'Samples on the disk are damaged',
        description:
          'Prometheus cut off what it could not read, up to three hours of samples. Look at the disk, and at the last backup.',
        cases: [
          {
            when: 'the log of samples is damaged',
            series: { [`prometheus_tsdb_wal_corruptions_total{${OF}}`]: '0 0 1+0x10' },
            at: '8m',
            fires: [PROMETHEUS],
          },
          {
            when: 'nothing is',
            series: { [`prometheus_tsdb_wal_corruptions_total{${OF}}`]: '0+0x10' },
            at: '8m',
            fires: [],
          },
        ],
      },
      {
        alert: 'TsdbFailures',
        expr: FAILURES.map((what) => `increase(prometheus_tsdb_${what}_total[1h]) > 0`).join(' or '),
        severity: 'critical',
        summary: 'Prometheus cannot write its database',
        description:
          'Its disk is full or failing, or its directory belongs to somebody else. Samples are lost until that is mended.',
        cases: [
          {
            when: 'writing fails',
            series: { [`prometheus_tsdb_wal_writes_failed_total{${OF}}`]: '0 0 3+0x10' },
            at: '8m',
            fires: [PROMETHEUS],
          },
          {
            when: 'compaction fails',
            series: { [`prometheus_tsdb_compactions_failed_total{${OF}}`]: '0 0 1+0x10' },
            at: '8m',
            fires: [PROMETHEUS],
          },
          {
            when: 'nothing fails',
            series: { [`prometheus_tsdb_wal_writes_failed_total{${OF}}`]: '0+0x10' },
            at: '8m',
            fires: [],
          },
        ],
      },
    ],
  };
}
