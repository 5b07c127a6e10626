import { keyOf } from '../model/key.ts';
import { chosenMember } from './chosen-member.ts';
import type { GrafanaManifest } from '../model/manifest-types.ts';
import { clashesOf, dashboardsOf, readDashboard, type SoundDashboard } from './grafana/dashboards.ts';
import { folderSlug, grafanaPlaces } from './grafana/places.ts';
import { FALLBACK_FOLDER } from './grafana/provisioning.ts';
import { effective } from './prometheus/pressure.ts';
import type { House, Renderer, RenderProblem } from './renderer.ts';

/**
 * A dashboard to its file below the directory that its Grafana looks into every 30 seconds; the directory above it is
 * its folder. Nobody has to be told, also when its lite variant takes its place.
 */
export const renderDashboard: Renderer<'Dashboard'> = (manifest, house) => {
  const { name } = manifest.metadata;
  const { folder } = manifest.spec;
  const chosen = chosenMember('Grafana', manifest.spec.grafana, house);
  if (chosen.member === undefined)
    return { manifests: [], problems: [{ path: ['spec', 'grafana'], message: chosen.problem }] };
  const grafana = chosen.member;
  const read = readDashboard(manifest, house);
  const problems: RenderProblem[] = [...folderProblems(folder, name, house)];
  if ('problems' in read) return { manifests: [], problems: [...problems, ...read.problems] };
  problems.push(...clashesOf(read, dashboardsOf(grafana.metadata.name, house)));
  if (problems.length > 0) return { manifests: [], problems };

  const { dashboards } = grafanaPlaces(grafana, house.bastion);
  const directory = folder === undefined ? dashboards : `${dashboards}/${folder}`;
  return {
    manifests: [
      {
        apiVersion: 'bastion.lab/v1',
        kind: 'File',
        metadata: { name: `${grafana.metadata.name}-dashboard-${name}` },
        spec: { path: `${directory}/${name}.json`, content: textNow(read, grafana, house), mode: '0644' },
      },
    ],
  };
};

/** The lite variant while the Prometheus that is asked is short of memory. Which one it is, the Grafana says. */
function textNow({ text, lite = text }: SoundDashboard, grafana: GrafanaManifest, house: House): string {
  const { member } = chosenMember('Prometheus', grafana.spec.prometheus, house);
  return member !== undefined && effective(member, house.levels).areDashboardsLite ? lite : text;
}

/** Folders that differ in what people overlook would be two folders of nearly one name. */
function folderProblems(folder: string | undefined, name: string, house: House): RenderProblem[] {
  if (folder === undefined) return [];
  const path = ['spec', 'folder'];
  if (folderSlug(folder) === folderSlug(FALLBACK_FOLDER))
    return [{ path, message: `is the folder of the operator's own dashboards: choose another` }];
  const other = house.stack.Dashboard.find(
    ({ metadata, spec }) =>
      metadata.name !== name &&
      spec.folder !== undefined &&
      spec.folder !== folder &&
      folderSlug(spec.folder) === folderSlug(folder),
  );
  if (other === undefined) return [];
  const message = `${folder} and ${other.spec.folder ?? ''} of ${keyOf('Dashboard', other.metadata.name)} are nearly one name: write one of them`;
  return [{ path, message }];
}
