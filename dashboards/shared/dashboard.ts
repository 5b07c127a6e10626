import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { alertAnnotation } from './alerts.ts';
import { UIDS } from './names.ts';
import { layout } from './layout.ts';
import type { Part } from './panel.ts';
import { variable, type VariableName } from './variables.ts';

/** A dashboard as it is written in this directory. */
export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableName[];
  /** Alerts that are marked in its panels; none: it has no panel with a course. */
  readonly alerts: readonly string[] | 'all' | 'none';
  readonly parts: readonly Part[];
}

/** How heavily a dashboard asks. */
export type Weight = 'full' | 'lite';

const WEIGHTS = {
  full: { from: 'now-6h', refresh: '1m' },
  lite: { from: 'now-1h', refresh: '5m' },
} as const;

const NOWHERE = { x: 0, y: 0, w: 1, h: 1 };

/** Points of a course that the lite variant asks for at most. */
const LITE_POINTS = 120;

/**
 * A dashboard as Grafana reads it. The lite one has the same uid and title, so that links lead to whichever is there; it
 * leaves out what is heavy, looks back less far, asks less often and for fewer points.
 */
export function dashboard(spec: DashboardSpec, weight: Weight): Dashboard {
  const { from, refresh } = WEIGHTS[weight];
  const isLite = weight === 'lite';
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(isLite ? `${spec.description} ${LITE_NOTE}` : spec.description)
    .tags(['bastion'])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .readonly()
    .variables(spec.variables.map(variable))
    .annotations(spec.alerts === 'none' ? [] : [alertAnnotation(spec.alerts)])
    .link(
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags(['bastion'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  if (spec.uid !== UIDS.runbook) builder.link(runbookLink());
  const parts = isLite ? spec.parts.filter(({ isHeavy }) => !isHeavy) : spec.parts;
  const places = layout(parts);
  parts.forEach(({ builder: panel }, index) => {
    panel.id(index + 1).gridPos(places[index] ?? NOWHERE);
    builder.withPanel(isLite ? panel.maxDataPoints(LITE_POINTS) : panel);
  });
  return asShipped(builder.build());
}

/** Without what the kit writes and Grafana 12.4 knows nothing of: it is made for several versions. */
function asShipped(built: Dashboard): Dashboard {
  const list = (built.templating?.list ?? []).map((known) => without(known, ['auto', 'auto_min', 'auto_count']));
  const panels = (built.panels ?? []).map((panel) =>
    panel.type === 'table' && 'options' in panel
      ? { ...panel, options: without(panel.options as object, ['footer']) }
      : panel,
  );
  return { ...built, templating: { list }, panels };
}

function without<T extends object>(value: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as T;
}

const LITE_NOTE = 'The lite variant, while Prometheus is short of memory: the heavy panels come back by themselves.';

function runbookLink(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).url(`/d/${UIDS.runbook}`).icon('doc');
}
