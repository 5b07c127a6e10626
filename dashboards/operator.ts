import { backups } from './operator/backups.ts';
import { drift } from './operator/drift.ts';
import { pressure } from './operator/pressure.ts';
import { work } from './operator/work.ts';
import { alertTable } from './shared/alerts.ts';
import { certificateTable } from './shared/certificates.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { UIDS } from './shared/names.ts';
import { NOTHING } from './shared/nothing.ts';
import type { Part } from './shared/panel.ts';
import { stat, timeseries } from './shared/panels.ts';
import { course, now } from './shared/query.ts';
import { table } from './shared/table.ts';

/** A series ends with the first scrape that fails, and it is then that this is looked at. */
const HEARD_OF = '1d';

/** What the operator does: whether the machine is as wanted, what it put right, and what waits for a person. */
export function operator(): DashboardSpec {
  return {
    uid: UIDS.operator,
    title: 'Operator',
    description: 'Whether the machine is as wanted, what was put right, what waits for you, and what ends soon.',
    variables: [],
    alerts: 'all',
    parts: [
      ...sync(),
      unwell(),
      gates(),
      alertTable('all', { span: 24, height: 7 }),
      ...drift(),
      ...work(),
      certificateTable({ span: 24, height: 9 }),
      backups(),
      ...pressure(),
    ],
  };
}

function sync(): Part[] {
  const small = { span: 4, height: 4, empty: NOTHING.operator };
  const clock = (name: string): string =>
    `time() - max(last_over_time(bastion_clock_timestamp_seconds{clock="${name}"}[${HEARD_OF}]) > 0)`;
  return [
    stat({
      ...small,
      title: 'Last look at everything',
      description: 'Time since the operator compared everything with what is wanted, which it does every minute.',
      unit: 's',
      empty: 'Not heard of for a day, or not scraped: Prometheus.spec.operator switches it on.',
      queries: [now(clock('full_diff'))],
      alarm: {
        steps: ['green', [300, 'orange'], [900, 'red']],
        whenRed: 'it hangs or is gone: `systemctl status bastion` and its log. What runs goes on running.',
        runbook: ['OperatorStalled'],
      },
    }),
    stat({
      ...small,
      title: 'Last as wanted',
      description: 'Time since everything was as wanted. It grows while a gate waits, which is no fault.',
      unit: 's',
      empty: 'It has not been as wanted yet: a gate waits, or something fails.',
      queries: [now(clock('converged'))],
      steps: ['blue'],
    }),
    stat({
      ...small,
      title: 'Engine',
      description: 'Whether the Docker engine answers the operator.',
      unit: 'bool_yes_no',
      queries: [now('min(bastion_engine_up)')],
      alarm: {
        steps: ['red', [1, 'green']],
        whenRed: '`systemctl status docker`. Nothing is started, stopped or healed until it answers.',
        runbook: ['EngineDown'],
      },
    }),
    stat({
      ...small,
      title: 'Errors in the desired state',
      description: 'What is wrong in the files. What they are in stays as it was when it was last good.',
      unit: 'none',
      queries: [now('sum(bastion_desired_findings{severity="error"})')],
      alarm: {
        steps: ['green', [1, 'red']],
        whenRed: '`bastion validate` shows each with its file and line.',
        runbook: ['DesiredStateBroken'],
      },
    }),
    stat({
      ...small,
      title: 'Steps of the plan',
      description:
        'Steps that would run now, and steps that wait behind a closed gate. None and none: all is as wanted.',
      unit: 'none',
      queries: [now('sum by (blocked) (bastion_plan_steps)', 'waiting: {{blocked}}')],
      steps: ['blue'],
    }),
    stat({
      ...small,
      title: 'Faults of its own',
      description: 'Faults that the operator caught in itself within a day, and fields that its comparison gets wrong.',
      unit: 'none',
      decimals: 0,
      queries: [
        now('sum(increase(bastion_reconcile_panics_total[1d]))', 'caught'),
        now('sum(bastion_normaliser_fault_fields)', 'fields'),
      ],
      alarm: {
        steps: ['green', [1, 'red']],
        whenRed: 'its log has the place; tell whoever maintains bastion. It goes on meanwhile.',
        runbook: ['OperatorFault'],
      },
    }),
    timeseries({
      title: 'Resources by condition',
      description: 'How many resources are Ready, Progressing, Blocked (by a gate), Degraded or Stalled.',
      span: 12,
      height: 8,
      unit: 'none',
      queries: [course('sum by (type) (kind_type:bastion_resource_condition:sum)', '{{type}}')],
      empty: NOTHING.operator,
    }),
  ];
}

function unwell(): Part {
  return table({
    title: 'Resources that are not well',
    description: 'Stalled: the operator gave up and a person is needed. Degraded: rolled back, or works in part only.',
    span: 12,
    height: 8,
    empty: 'Every resource is well.',
    sortBy: 'holds',
    columns: [
      { field: 'type', title: 'Condition' },
      { field: 'kind', title: 'Kind' },
      { field: 'name', title: 'Name' },
      {
        field: 'holds',
        title: 'Holds',
        expr: 'max by (kind, name, type) (kind_name_type:bastion_resource_condition:unwell)',
        unit: 'bool_yes_no',
        steps: ['green', [1, 'red']],
      },
    ],
    alarm: {
      steps: ['green'],
      whenRed:
        '`bastion status` has the reason, `bastion history KIND/NAME` what led to it; `bastion retry KIND/NAME` tries once more.',
      runbook: ['ResourceStalled', 'ResourceDegraded'],
    },
  });
}

function gates(): Part {
  return table({
    title: 'Gates',
    description: 'Whether each gate is open, and how long it has been your turn. Only you open one, by its file.',
    span: 24,
    height: 6,
    empty: NOTHING.operator,
    sortBy: 'waiting',
    columns: [
      { field: 'gate', title: 'Gate' },
      {
        field: 'open',
        title: 'Open',
        expr: 'max by (gate) (bastion_gate_open)',
        unit: 'bool_yes_no',
        steps: ['orange', [1, 'green']],
      },
      {
        field: 'waiting',
        title: 'Waits for you',
        expr: 'max by (gate) (bastion_gate_waiting_seconds)',
        unit: 's',
        steps: ['green', [1, 'orange'], [86_400, 'red']],
      },
    ],
    alarm: {
      steps: ['green'],
      whenRed: 'it has waited for more than a day: `bastion gates` shows its checklist and the file to touch.',
      runbook: ['GateWaiting'],
    },
  });
}
