import { DATA_SOURCE } from './provisioning.ts';

/** Uid of the dashboard that is there whatever becomes of the others. */
export const FALLBACK_UID = 'bastion-fallback';
export const FALLBACK_TITLE = 'What is up';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Panel {
  readonly type: 'text' | 'stat' | 'timeseries' | 'table';
  readonly title: string;
  /** For a person who sees it for the first time. */
  readonly description: string;
  /** What it means that there is nothing. */
  readonly empty?: string;
  /** What to do when it is red. */
  readonly whenRed?: string;
  readonly at: Place;
  readonly expr?: string;
  readonly legend?: string;
  readonly unit?: string;
  readonly text?: string;
  /** Colours from a value on; the first is for all below. */
  readonly steps?: readonly (readonly [string, number | null])[];
}

/** Uid of the dashboard that is the runbook (dashboards/runbook.ts). Where there is none, the link shows that. */
const RUNBOOK_UID = 'bastion-runbook';
const NOTHING = 'Prometheus tells nothing of this: it has just started, or does not scrape itself.';

/** What every link has in Grafana's JSON. */
const LINK = {
  tags: [],
  icon: '',
  tooltip: '',
  asDropdown: false,
  targetBlank: false,
  includeVars: false,
  keepTime: false,
};

const RED_BELOW_ONE: Panel['steps'] = [
  ['red', null],
  ['green', 1],
];

/**
 * JSON text of the home dashboard, which is provisioned as a dashboard, too: what Prometheus tells of itself and of its
 * targets, and nothing that a target would have to send, so that it shows something in every state of the stack. Light
 * enough for a Grafana at its memory limit.
 */
export function fallbackDashboard(refresh: string): string {
  const dashboard = {
    uid: FALLBACK_UID,
    title: FALLBACK_TITLE,
    tags: ['bastion'],
    editable: false,
    graphTooltip: 1,
    refresh,
    schemaVersion: 39,
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    templating: { list: [] },
    annotations: { list: [] },
    links: [{ ...LINK, type: 'dashboards', title: 'All dashboards', asDropdown: true, keepTime: true }],
    panels: PANELS.map(panelJson),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const PANELS: readonly Panel[] = [
  {
    type: 'text',
    title: 'When something is missing',
    description: 'What to do when the other dashboards are missing or empty.',
    at: { x: 0, y: 0, w: 24, h: 4 },
    text:
      'This is the home dashboard, and needs nothing but Prometheus. The dashboards of the house are in the menu ' +
      'above. Where one is missing or empty: `bastion status` on the bastion says which, and why.\n\n' +
      'Panels that say *certificate required* or *unknown authority*: Prometheus refuses the certificate of Grafana; ' +
      '`bastion certs` shows who serves what.',
  },
  {
    type: 'stat',
    title: 'Targets up',
    description: 'Share of what Prometheus scrapes that answers.',
    empty: NOTHING,
    whenRed:
      'the course of targets below shows which one is down; bastion status says what the operator does about it.',
    at: { x: 0, y: 4, w: 4, h: 4 },
    expr: 'sum(up) / count(up)',
    unit: 'percentunit',
    steps: RED_BELOW_ONE,
  },
  {
    type: 'stat',
    title: 'Configuration loaded',
    description: 'Whether Prometheus took its configuration when it read it last.',
    empty: NOTHING,
    whenRed: 'it goes on with the one before; bastion status has the words of Prometheus.',
    at: { x: 4, y: 4, w: 4, h: 4 },
    expr: 'min(prometheus_config_last_reload_successful)',
    unit: 'bool_yes_no',
    steps: RED_BELOW_ONE,
  },
  {
    type: 'stat',
    title: 'Series in memory',
    description: 'Series that Prometheus holds in memory: each takes a few kilobytes.',
    empty: NOTHING,
    at: { x: 8, y: 4, w: 4, h: 4 },
    expr: 'sum(prometheus_tsdb_head_series)',
    unit: 'short',
  },
  {
    type: 'stat',
    title: 'Size of what is stored',
    description: 'Size of the samples on the disk, without those of the last two hours.',
    empty: 'Nothing is stored in blocks yet: the first one comes after two to three hours.',
    at: { x: 12, y: 4, w: 4, h: 4 },
    expr: 'sum(prometheus_tsdb_storage_blocks_bytes)',
    unit: 'bytes',
  },
  {
    type: 'stat',
    title: 'Oldest sample',
    description: 'How far back samples go.',
    empty: NOTHING,
    at: { x: 16, y: 4, w: 4, h: 4 },
    expr: 'time() - min(prometheus_tsdb_lowest_timestamp_seconds)',
    unit: 's',
  },
  {
    type: 'stat',
    title: 'Alerts firing',
    description: 'How many alerts fire now.',
    empty: NOTHING,
    whenRed: 'the table of alerts below names them; the runbook has a section about each.',
    at: { x: 20, y: 4, w: 4, h: 4 },
    expr: 'count(ALERTS{alertstate="firing"}) or vector(0)',
    unit: 'short',
    steps: [
      ['green', null],
      ['red', 1],
    ],
  },
  {
    type: 'timeseries',
    title: 'Targets (1: up)',
    description: 'Whether each target answered: 1 or 0.',
    empty: NOTHING,
    at: { x: 0, y: 8, w: 12, h: 8 },
    expr: 'min by (job, instance) (up)',
    legend: '{{job}} {{instance}}',
    unit: 'short',
  },
  {
    type: 'timeseries',
    title: 'Time of a scrape',
    description: 'How long each target took to answer. Longer than the scrape interval is a gap.',
    empty: NOTHING,
    at: { x: 12, y: 8, w: 12, h: 8 },
    expr: 'max by (job) (scrape_duration_seconds)',
    legend: '{{job}}',
    unit: 's',
  },
  {
    type: 'timeseries',
    title: 'Memory of Prometheus',
    description: 'Resident memory of Prometheus, with files that the kernel can take back.',
    empty: NOTHING,
    at: { x: 0, y: 16, w: 12, h: 8 },
    expr: 'process_resident_memory_bytes and on (job, instance) prometheus_build_info',
    legend: '{{instance}}',
    unit: 'bytes',
  },
  {
    type: 'table',
    title: 'Alerts',
    description: 'Alerts that fire or are about to.',
    empty: 'No alert fires and none is about to.',
    at: { x: 12, y: 16, w: 12, h: 8 },
    expr: 'sum by (alertname, severity, alertstate) (ALERTS)',
  },
];

function panelJson(panel: Panel, index: number): object {
  const { type, title, at, unit, steps, text, empty, whenRed } = panel;
  const runbook = { ...LINK, title: 'Runbook', type: 'link', url: `/d/${RUNBOOK_UID}` };
  const common = {
    id: index + 1,
    type,
    title,
    description: whenRed === undefined ? panel.description : `${panel.description}\n\n**When it is red:** ${whenRed}`,
    gridPos: at,
    ...(whenRed === undefined ? {} : { links: [runbook] }),
  };
  if (text !== undefined) return { ...common, options: { mode: 'markdown', content: text } };
  const thresholds = {
    mode: 'absolute',
    steps: (steps ?? [['green', null]]).map(([color, value]) => ({ color, value })),
  };
  return {
    ...common,
    datasource: { type: 'prometheus', uid: DATA_SOURCE },
    fieldConfig: { defaults: { unit: unit ?? 'none', noValue: empty ?? NOTHING, thresholds }, overrides: [] },
    options:
      type === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'value' }
        : {},
    targets: [target(panel)],
  };
}

/** Only a course over time asks for a range. */
function target({ type, expr, legend }: Panel): object {
  const isRange = type === 'timeseries';
  return {
    refId: 'A',
    datasource: { type: 'prometheus', uid: DATA_SOURCE },
    editorMode: 'code',
    expr,
    instant: !isRange,
    range: isRange,
    format: type === 'table' ? 'table' : 'time_series',
    ...(legend === undefined ? {} : { legendFormat: legend }),
  };
}
