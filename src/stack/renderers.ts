import { keyOf, type StackKind } from '../model/key.ts';
import { targetFiles } from './prometheus/target-files.ts';
import { serviceScrapeProblems } from './prometheus/targets.ts';
import { renderTraefik } from './traefik/render-traefik.ts';
import { renderPrometheus } from './prometheus.ts';
import { renderNodeExporter } from './node-exporter.ts';
import { renderGrafana } from './grafana.ts';
import { renderAdGuardExporter } from './adguard-exporter.ts';
import { renderScrapeTarget } from './scrape-target.ts';
import { renderDashboard } from './dashboard.ts';
import { renderNetworkZone } from './network-zone.ts';
import { renderMonitoredService } from './monitored-service.ts';
import type { Renderer } from './renderer.ts';

/** The renderer of each high-level kind. Whatever has something to be scraped has the file of its target as a part. */
export const RENDERERS: { readonly [K in StackKind]: Renderer<K> } = {
  Traefik: withTargets(renderTraefik),
  Prometheus: withTargets(renderPrometheus),
  NodeExporter: withTargets(renderNodeExporter),
  Grafana: withTargets(renderGrafana),
  AdGuardExporter: withTargets(renderAdGuardExporter),
  ScrapeTarget: withTargets(renderScrapeTarget),
  Dashboard: renderDashboard,
  NetworkZone: renderNetworkZone,
  MonitoredService: withTargets((service, house) => {
    const rendered = renderMonitoredService(service, house);
    return { ...rendered, problems: [...(rendered.problems ?? []), ...serviceScrapeProblems(service, house)] };
  }),
};

function withTargets<K extends StackKind>(render: Renderer<K>): Renderer<K> {
  return (manifest, house) => {
    const rendered = render(manifest, house);
    const files = targetFiles(keyOf(manifest.kind, manifest.metadata.name), house);
    return { ...rendered, manifests: [...rendered.manifests, ...files] };
  };
}
