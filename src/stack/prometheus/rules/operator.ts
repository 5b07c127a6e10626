import type { RuleContext } from './context.ts';
import type { RecordingRule, RuleGroup } from './rule.ts';

const OF = 'job="bastion",instance="operator.lab:9479"';
const CLOCK = 'bastion_clock_timestamp_seconds{clock="full_diff"}';
const SEEN = `bastion_clock_timestamp_seconds{${OF},clock="full_diff"}`;
const WEB = { job: 'bastion', instance: 'operator.lab:9479', kind: 'Container', name: 'web' };

function condition(type: string, values: string): Readonly<Record<string, string>> {
  return { [`bastion_resource_condition{${OF},kind="Container",name="web",type="${type}"}`]: values };
}

/** What the operator tells of itself and of what it looks after. None when it is not scraped: it would seem to be missing. */
export function operatorRules({ prometheus }: RuleContext): RuleGroup {
  const isScraped = prometheus.spec.operator !== undefined;
  return { name: 'bastion-operator', rules: isScraped ? [countRule(), ...aliveRules(), ...resourceRules()] : [] };
}

/** Every resource has five series: their numbers are asked for by all who look at the dashboard. */
function countRule(): RecordingRule {
  return {
    record: 'kind_type:bastion_resource_condition:sum',
    expr: 'sum by (kind, type) (bastion_resource_condition)',
    cases: [
      {
        series: condition('Ready', '1+0x10'),
        at: '5m',
        values: [{ labels: { kind: 'Container', type: 'Ready' }, value: 1 }],
      },
    ],
  };
}

function aliveRules(): RuleGroup['rules'] {
  return [
    {
      alert: 'OperatorStalled',
      expr: `time() - max(${CLOCK}) > 900 or absent(${CLOCK})`,
      for: '5m',
      severity: 'critical',
      summary: 'The operator does not look after the machine',
      description:
        'It compares everything once a minute, and has not done so for a quarter of an hour, or it tells nothing at all. What runs goes on running; nothing is healed.',
      cases: [
        { when: 'it stopped comparing', series: { [SEEN]: '60+0x40' }, at: '25m', fires: [{}] },
        { when: 'it tells nothing', series: { up: '1+0x20' }, at: '10m', fires: [{ clock: 'full_diff' }] },
        { when: 'it compares every minute', series: { [SEEN]: '60+60x40' }, at: '25m', fires: [] },
      ],
    },
    {
      alert: 'OperatorFault',
      expr: 'increase(bastion_reconcile_panics_total[1h]) > 0',
      severity: 'warning',
      summary: 'The operator caught a fault of its own',
      description: 'Its log tells where. It goes on, but something is not done that should be.',
      cases: [
        {
          when: 'it caught one',
          series: { [`bastion_reconcile_panics_total{${OF}}`]: '0 0 0 1+0x10' },
          at: '8m',
          fires: [{ job: 'bastion', instance: 'operator.lab:9479' }],
        },
        {
          when: 'it caught none',
          series: { [`bastion_reconcile_panics_total{${OF}}`]: '0+0x10' },
          at: '8m',
          fires: [],
        },
      ],
    },
    {
      alert: 'EngineDown',
      expr: 'bastion_engine_up == 0',
      for: '5m',
      severity: 'critical',
      summary: 'The Docker engine does not answer the operator',
      description: 'Containers may go on running, but none is started, stopped or healed.',
      cases: [
        {
          when: 'it does not answer',
          series: { [`bastion_engine_up{${OF}}`]: '1 0+0x10' },
          at: '8m',
          fires: [{ job: 'bastion', instance: 'operator.lab:9479' }],
        },
        { when: 'it was restarted', series: { [`bastion_engine_up{${OF}}`]: '1 0 0 1+0x10' }, at: '8m', fires: [] },
      ],
    },
    {
      alert: 'DesiredStateBroken',
      expr: 'bastion_desired_findings{severity="error"} > 0',
      for: '15m',
      severity: 'warning',
      summary: 'The desired state has errors',
      description:
        '{{ $value }} errors: what they are in stays as it was when it was last good. `bastion validate` shows them.',
      cases: [
        {
          when: 'it has an error',
          series: { [`bastion_desired_findings{${OF},severity="error"}`]: '1+0x30' },
          at: '20m',
          fires: [{ job: 'bastion', instance: 'operator.lab:9479' }],
        },
        {
          when: 'it has a warning',
          series: { [`bastion_desired_findings{${OF},severity="warning"}`]: '1+0x30' },
          at: '20m',
          fires: [],
        },
      ],
    },
  ];
}

function resourceRules(): RuleGroup['rules'] {
  return [
    {
      alert: 'ResourceStalled',
      expr: 'bastion_resource_condition{type="Stalled"} == 1',
      for: '1m',
      severity: 'critical',
      summary: 'The operator has given up on {{ $labels.kind }}/{{ $labels.name }}',
      description:
        'It was replaced again and again (ReplaceLoop), or something is in its way (Conflict): `bastion status` has the reason. It needs a person.',
      cases: [
        {
          when: 'a container is in a replace loop',
          series: condition('Stalled', '0 0 1+0x10'),
          at: '6m',
          fires: [{ ...WEB, type: 'Stalled' }],
        },
        { when: 'it is well', series: condition('Stalled', '0+0x10'), at: '6m', fires: [] },
      ],
    },
    {
      alert: 'ResourceDegraded',
      expr: 'bastion_resource_condition{type="Degraded"} == 1',
      for: '15m',
      severity: 'warning',
      summary: '{{ $labels.kind }}/{{ $labels.name }} is not as it should be',
      description: 'It was rolled back, or works in part only: `bastion status` has the reason.',
      cases: [
        {
          when: 'it was rolled back',
          series: condition('Degraded', '1+0x30'),
          at: '20m',
          fires: [{ ...WEB, type: 'Degraded' }],
        },
        { when: 'it was healed', series: condition('Degraded', '1+0x10 0+0x20'), at: '20m', fires: [] },
      ],
    },
    {
      alert: 'DriftHigh',
      expr: 'sum by (kind, field) (increase(bastion_drift_total[1h])) > 5',
      severity: 'warning',
      summary: 'Something else keeps changing {{ $labels.field }} of {{ $labels.kind }}s',
      description:
        'The operator put it right {{ $value | humanize }} times within an hour. Find who changes it, or say in the manifest what they want.',
      cases: [
        {
          when: 'a field is changed every few minutes',
          series: { [`bastion_drift_total{${OF},kind="Container",field="mem_limit"}`]: '0+1x10' },
          at: '10m',
          fires: [{ kind: 'Container', field: 'mem_limit' }],
        },
        {
          when: 'a field was changed twice',
          series: { [`bastion_drift_total{${OF},kind="Container",field="mem_limit"}`]: '0 0 1 1 2+0x10' },
          at: '10m',
          fires: [],
        },
      ],
    },
    {
      alert: 'GateWaiting',
      expr: 'bastion_gate_waiting_seconds > 86400',
      severity: 'info',
      summary: 'Gate {{ $labels.gate }} waits for you',
      description: 'It has waited for {{ $value | humanizeDuration }}; what is behind it is not started.',
      cases: [
        {
          when: 'it waits for more than a day',
          series: { [`bastion_gate_waiting_seconds{${OF},gate="metrics-visible"}`]: '90000+60x10' },
          at: '5m',
          fires: [{ job: 'bastion', instance: 'operator.lab:9479', gate: 'metrics-visible' }],
        },
        {
          when: 'it waits for an hour',
          series: { [`bastion_gate_waiting_seconds{${OF},gate="metrics-visible"}`]: '3600+60x10' },
          at: '5m',
          fires: [],
        },
      ],
    },
  ];
}
