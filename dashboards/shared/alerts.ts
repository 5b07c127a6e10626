import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { AnnotationQueryBuilder, MappingType, type AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATA_SOURCE, UIDS } from './names.ts';
import type { Part } from './panel.ts';
import { runbookSections } from './runbook.ts';
import { table } from './table.ts';

/** Rules are Prometheus's and are in no second place: what fires is read from the series that it keeps of them. */
function alerts(names: readonly string[] | 'all', state: string): string {
  const which = names === 'all' ? '' : `,alertname=~"${names.join('|')}"`;
  return `ALERTS{alertstate=~"${state}"${which}}`;
}

/** Marks in every panel when one of these alerts fired. */
export function alertAnnotation(names: readonly string[] | 'all'): Builder<AnnotationQuery> {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor('red')
    .target(
      new DataqueryBuilder()
        .refId('Anno')
        .datasource(DATA_SOURCE)
        .expr(`max by (alertname, severity, job) (${alerts(names, 'firing')})`)
        .range()
        .interval('60s'),
    )
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}} {{job}}')
    .tagKeys('severity');
}

/** The alerts that fire or are about to, each with its section of the runbook. */
export function alertTable(names: readonly string[] | 'all', place: { span: number; height: number }): Part {
  const sections = runbookSections();
  const labels = 'alertname, severity, job, instance, kind, name, zone, service, mountpoint, gate';
  return table({
    ...place,
    title: 'Alerts',
    description:
      'What Prometheus sees going wrong: the alert, what it is about, and what to do. Pending: it has to last a little before it fires.',
    empty: 'No alert fires and none is about to.',
    sortBy: 'firing',
    columns: [
      {
        field: 'firing',
        title: 'State',
        expr: `label_replace((${firing(labels, names)}) or 0 * (${pending(labels, names)}), "runbook", "$1", "alertname", "(.+)")`,
        unit: 'none',
        mappings: [
          {
            type: MappingType.ValueToText,
            options: {
              1: { text: 'firing', color: 'red', index: 0 },
              0: { text: 'pending', color: 'orange', index: 1 },
            },
          },
        ],
        steps: ['orange', [1, 'red']],
        width: 90,
      },
      { field: 'alertname', title: 'Alert' },
      { field: 'severity', title: 'Severity', width: 90 },
      {
        field: 'runbook',
        title: 'What to do',
        width: 110,
        // The text is the number of the section, and the link reads it.
        mappings: [
          {
            type: MappingType.ValueToText,
            options: Object.fromEntries(
              sections.map(({ name, panel }, index) => [name, { text: String(panel), index }] as const),
            ),
          },
        ],
        link: { title: 'Section of the runbook', url: `/d/${UIDS.runbook}?viewPanel=\${__data.fields.runbook}` },
      },
      { field: 'job', title: 'Job' },
      { field: 'instance', title: 'Instance' },
      { field: 'service', title: 'Service' },
      { field: 'zone', title: 'Zone' },
      { field: 'kind', title: 'Kind' },
      { field: 'name', title: 'Name' },
      { field: 'gate', title: 'Gate' },
      { field: 'mountpoint', title: 'Disk' },
    ],
    alarm: {
      steps: ['green', [1, 'red']],
      whenRed: 'Follow the number in the column What to do to the section of the runbook about this alert.',
      runbook: names === 'all' ? ['TargetDown'] : names.slice(0, 1),
    },
  });
}

function firing(labels: string, names: readonly string[] | 'all'): string {
  return `max by (${labels}) (${alerts(names, 'firing')})`;
}

/** The state is a value here, so that an alert that begins to fire stays one row. */
function pending(labels: string, names: readonly string[] | 'all'): string {
  return `max by (${labels}) (${alerts(names, 'pending')})`;
}
