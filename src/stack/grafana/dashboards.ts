import { keyOf } from '../../model/key.ts';
import type { DashboardManifest } from '../../model/manifest-types.ts';
import { chosenMember } from '../chosen-member.ts';
import type { House, RenderProblem, SourceText } from '../renderer.ts';
import { readDashboardJson, type DashboardIdentity } from './dashboard-json.ts';
import { FALLBACK_TITLE, FALLBACK_UID } from './fallback-dashboard.ts';

/** A dashboard that Grafana will take, as far as it is known beforehand. */
export interface SoundDashboard extends DashboardIdentity {
  readonly manifest: DashboardManifest;
  /** Its JSON as it was written. */
  readonly text: string;
  /** JSON of its lite variant, where it has one. */
  readonly lite?: string;
}

/** The sound ones among the dashboards of a Grafana, by name of the resource; uniqueness is not looked at. */
export function dashboardsOf(grafana: string, house: House): readonly SoundDashboard[] {
  return house.stack.Dashboard.flatMap((manifest) => {
    const chosen = chosenMember('Grafana', manifest.spec.grafana, house);
    if (chosen.member?.metadata.name !== grafana) return [];
    const read = readDashboard(manifest, house);
    return 'problems' in read ? [] : [read];
  });
}

/** One Dashboard read, or what is wrong with it and with nothing else. */
export function readDashboard(
  manifest: DashboardManifest,
  house: Pick<House, 'source'>,
): SoundDashboard | { readonly problems: readonly RenderProblem[] } {
  const { source, content } = manifest.spec;
  const field = content === undefined ? 'source' : 'content';
  const found = textOf(manifest, house);
  if ('problem' in found)
    return { problems: [{ path: source === undefined ? ['spec'] : ['spec', field], message: found.problem }] };
  const read = readDashboardJson(found.text);
  if ('problems' in read) return { problems: read.problems.map((message) => ({ path: ['spec', field], message })) };
  const sound = { ...read, manifest, text: found.text };
  if (manifest.spec.lite === undefined) return sound;
  const lite = readLite(manifest.spec.lite, sound, house);
  if ('text' in lite) return { ...sound, lite: lite.text };
  return { problems: lite.problems.map((message) => ({ path: ['spec', 'lite'], message })) };
}

/** A lite variant takes the place of its dashboard, so it must be the same to whoever links to it. */
function readLite(
  path: string,
  { manifest, uid, title }: SoundDashboard,
  house: Pick<House, 'source'>,
): { readonly text: string } | { readonly problems: readonly string[] } {
  const found = house.source(keyOf('Dashboard', manifest.metadata.name), path);
  if ('problem' in found) return { problems: [found.problem] };
  const read = readDashboardJson(found.text);
  if ('problems' in read) return read;
  const other = (['uid', 'title'] as const).filter((member) => read[member] !== { uid, title }[member]);
  if (other.length === 0) return found;
  return { problems: [`has another ${other.join(' and another ')} than the dashboard that it stands in for`] };
}

function textOf({ metadata, spec }: DashboardManifest, house: Pick<House, 'source'>): SourceText {
  if (spec.source !== undefined && spec.content !== undefined)
    return { problem: 'has both source and content: leave one out' };
  if (spec.content !== undefined) return { text: spec.content };
  if (spec.source === undefined) return { problem: 'needs source or content: the dashboard as JSON' };
  return house.source(keyOf('Dashboard', metadata.name), spec.source);
}

/**
 * What a dashboard has in common with another one of its Grafana and must not: Grafana would show one of two with an
 * equal uid, and stop updating both while there are equal titles.
 */
export function clashesOf(dashboard: SoundDashboard, all: readonly SoundDashboard[]): readonly RenderProblem[] {
  const { name } = dashboard.manifest.metadata;
  const path = ['spec', dashboard.manifest.spec.content === undefined ? 'source' : 'content'];
  const others = [
    { name: 'the fallback dashboard of the operator', uid: FALLBACK_UID, title: FALLBACK_TITLE },
    ...all
      .filter(({ manifest }) => manifest.metadata.name !== name)
      .map(({ manifest, uid, title }) => ({ name: keyOf('Dashboard', manifest.metadata.name), uid, title })),
  ];
  return (['uid', 'title'] as const).flatMap((member) => {
    const same = others.filter((other) => other[member] === dashboard[member]).map((other) => other.name);
    return same.length === 0
      ? []
      : [{ path, message: `has the ${member} ${JSON.stringify(dashboard[member])}, as ${same.join(' and ')} has` }];
  });
}
