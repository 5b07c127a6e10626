import { domainsDns } from './domains-dns.ts';
import { networkTopology } from './network-topology.ts';
import { operator } from './operator.ts';
import { runbook } from './runbook.ts';
import { services } from './services.ts';
import { dashboard, type DashboardSpec, type Weight } from './shared/dashboard.ts';
import { zones } from './zones.ts';

/** File names, without their ending, and what is in them. What has panels to leave out has a lite variant. */
const DASHBOARDS: Readonly<Record<string, () => DashboardSpec>> = {
  'network-topology': networkTopology,
  zones,
  'domains-dns': domainsDns,
  services,
  operator,
  runbook,
};

/** Text of every file of `desired-state/dashboards/` by its name; equal sources, equal text. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, make] of Object.entries(DASHBOARDS)) {
    files.set(`${name}.json`, textOf(make, 'full'));
    if (make().parts.some(({ isHeavy }) => isHeavy)) files.set(`${name}.lite.json`, textOf(make, 'lite'));
  }
  return files;
}

/** A description is made anew for each variant: builders are changed by being laid out. */
function textOf(make: () => DashboardSpec, weight: Weight): string {
  return `${JSON.stringify(dashboard(make(), weight), null, 2)}\n`;
}
