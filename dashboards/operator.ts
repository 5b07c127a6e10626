import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { alertTable } from './shared/alerts.ts';
import { certificateTable } from './shared/certificates.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { UIDS } from './shared/names.ts';
import { bars, heatmap, states, stat, timeseries } from './shared/panels.ts';
import type { Part } from './shared/panel.ts';
import { course, now } from './shared/query.ts';
import { table } from './shared/table.ts';

const NOT_SCRAPED =
  'Nothing is heard of the operator: it is gone (see Last look at everything), or it is not scraped, which Prometheus.spec.operator switches on.';
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
  const small = { span: 4, height: 4, empty: NOT_SCRAPED };
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
      empty: NOT_SCRAPED,
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
        expr: 'max by (kind, name, type) (bastion_resource_condition{type=~"Stalled|Degraded"} == 1)',
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
    empty: NOT_SCRAPED,
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

function drift(): Part[] {
  return [
    bars({
      title: 'Drift by field, a day',
      description: "What was changed behind the operator's back and put right within a day, by kind and field.",
      span: 12,
      height: 9,
      unit: 'none',
      decimals: 0,
      queries: [now('topk(15, sum by (kind, field) (increase(bastion_drift_total[1d])) > 0)', '{{kind}} {{field}}')],
      empty: 'Nobody changed anything behind its back.',
      alarm: {
        steps: ['blue', [6, 'orange'], [50, 'red']],
        whenRed: 'something else keeps changing it: find who, or write what they want into the manifest.',
        runbook: ['DriftHigh'],
      },
    }),
    timeseries({
      title: 'Drift found',
      description: 'Changes behind its back over time, by kind.',
      span: 12,
      height: 9,
      unit: 'none',
      queries: [course('sum by (kind) (increase(bastion_drift_total[$__rate_interval]))', '{{kind}}')],
      empty: NOT_SCRAPED,
      isHeavy: true,
    }),
    heatmap({
      title: 'Time to heal',
      description: 'How many drifts took how long from the first sight to Ready again.',
      span: 16,
      height: 8,
      unit: 'none',
      axisUnit: 's',
      queries: [
        {
          ...course('sum by (le) (increase(bastion_heal_seconds_bucket[$__rate_interval]))', '{{le}}'),
          format: 'heatmap',
        },
      ],
      empty: NOT_SCRAPED,
      isHeavy: true,
    }),
    stat({
      title: 'Time to heal, a day',
      description: 'Half of all drifts of a day, and 19 of 20, were healed within this time.',
      span: 8,
      height: 8,
      unit: 's',
      queries: [
        now('histogram_quantile(0.5, sum by (le) (increase(bastion_heal_seconds_bucket[1d])))', 'half'),
        now('histogram_quantile(0.95, sum by (le) (increase(bastion_heal_seconds_bucket[1d])))', '19 of 20'),
      ],
      empty: 'Nothing had to be healed.',
      alarm: {
        steps: ['green', [60, 'orange'], [600, 'red']],
        whenRed:
          'the engine is slow, images have to be pulled again, or something does not become healthy: `bastion history` has the times.',
        runbook: ['ResourceDegraded'],
      },
    }),
  ];
}

function work(): Part[] {
  return [
    timeseries({
      title: 'Passes',
      description: 'Passes of the loop by result: converged, progressing, waiting (for a gate), failing, stopped.',
      span: 8,
      height: 8,
      unit: 'none',
      isStacked: true,
      queries: [course('sum by (result) (increase(bastion_reconcile_total[$__rate_interval]))', '{{result}}')],
      empty: NOT_SCRAPED,
      isHeavy: true,
    }),
    timeseries({
      title: 'Steps',
      description: 'Steps that ran, by what became of them.',
      span: 8,
      height: 8,
      unit: 'none',
      isStacked: true,
      queries: [course('sum by (outcome) (increase(bastion_steps_total[$__rate_interval]))', '{{outcome}}')],
      empty: NOT_SCRAPED,
    }),
    timeseries({
      title: 'Time of a pass',
      description: 'The time within which 19 of 20 passes end.',
      span: 8,
      height: 8,
      unit: 's',
      queries: [
        course(
          'histogram_quantile(0.95, sum by (le) (rate(bastion_reconcile_time_seconds_bucket[$__rate_interval])))',
          '19 of 20',
        ),
      ],
      empty: NOT_SCRAPED,
      isHeavy: true,
    }),
  ];
}

function backups(): Part {
  return table({
    title: 'Backups',
    description: 'Age and size of the last good backup of each Backup, and how many there are.',
    span: 12,
    height: 8,
    empty: 'There is no Backup resource: nothing is backed up.',
    sortBy: 'age',
    columns: [
      { field: 'backup', title: 'Backup' },
      {
        field: 'age',
        title: 'Age',
        expr: 'time() - max by (backup) (bastion_backup_last_success_timestamp_seconds > 0)',
        unit: 's',
        steps: ['green', [172_800, 'red']],
      },
      { field: 'size', title: 'Size', expr: 'max by (backup) (bastion_backup_last_size_bytes)', unit: 'bytes' },
      { field: 'count', title: 'There are', expr: 'max by (backup) (bastion_backup_count)', unit: 'none' },
      {
        field: 'failures',
        title: 'Failures, a day',
        expr: 'sum by (backup) (increase(bastion_backup_failures_total[1d]))',
        unit: 'none',
        decimals: 0,
        steps: ['green', [1, 'red']],
      },
    ],
    alarm: {
      steps: ['green'],
      whenRed:
        '`bastion status` has the error of the last one, `bastion backup` shows what is there, and `bastion backup now NAME` makes one.',
      runbook: ['BackupStale'],
    },
  });
}

function pressure(): Part[] {
  return [
    states({
      title: 'Pressure',
      description:
        'How far the operator goes to save memory and disk: 0 is as the manifest says; the higher, the less is collected and asked.',
      span: 12,
      height: 8,
      unit: 'none',
      queries: [course('max by (resource, loop) (bastion_pressure_level)', '{{resource}} {{loop}}')],
      empty: 'No loop has anything to watch.',
      mappings: [{ type: MappingType.ValueToText, options: { 0: { text: 'as wanted', color: 'green', index: 0 } } }],
      alarm: {
        steps: ['green', [1, 'orange'], [3, 'red']],
        whenRed: 'memory or disk is short: the runbook says what can be taken away from it.',
        runbook: ['MemoryPressure', 'DiskLow'],
      },
    }),
    timeseries({
      title: 'Memory of members',
      description:
        'Share of their memory limits that Prometheus, Traefik and Grafana hold, as Go tells it of them. The exporters are not in it.',
      span: 12,
      height: 8,
      unit: 'percentunit',
      min: 0,
      queries: [course('max by (job) (instance:memory_used:ratio)', '{{job}}')],
      empty: 'None of the three tells its memory.',
      alarm: {
        steps: ['green', [0.85, 'red']],
        whenRed: 'at its limit the kernel ends it: raise memoryLimit, or see what takes it.',
        runbook: ['MemoryPressure'],
      },
    }),
    timeseries({
      title: 'Memory of the operator',
      description: 'Resident memory of the operator itself.',
      span: 12,
      height: 8,
      unit: 'bytes',
      queries: [course('max(process_resident_memory_bytes{job="bastion"})', 'resident')],
      empty: NOT_SCRAPED,
      isHeavy: true,
    }),
  ];
}
