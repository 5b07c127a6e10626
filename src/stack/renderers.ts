import type { StackKind } from '../model/key.ts';
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

/** The renderer of each high-level kind. */
export const RENDERERS: { readonly [K in StackKind]: Renderer<K> } = {
  Traefik: renderTraefik,
  Prometheus: renderPrometheus,
  NodeExporter: renderNodeExporter,
  Grafana: renderGrafana,
  AdGuardExporter: renderAdGuardExporter,
  ScrapeTarget: renderScrapeTarget,
  Dashboard: renderDashboard,
  NetworkZone: renderNetworkZone,
  MonitoredService: renderMonitoredService,
};
