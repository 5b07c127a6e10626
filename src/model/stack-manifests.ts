import type {
  AdGuardExporterManifest,
  DashboardManifest,
  GrafanaManifest,
  MonitoredServiceManifest,
  NetworkZoneManifest,
  NodeExporterManifest,
  PrometheusManifest,
  ScrapeTargetManifest,
  TraefikManifest,
} from './manifest-types.ts';

/** Manifests of the high-level kinds, validated, defaults filled in. */
export interface StackManifests {
  Traefik: TraefikManifest;
  Prometheus: PrometheusManifest;
  NodeExporter: NodeExporterManifest;
  Grafana: GrafanaManifest;
  AdGuardExporter: AdGuardExporterManifest;
  ScrapeTarget: ScrapeTargetManifest;
  Dashboard: DashboardManifest;
  NetworkZone: NetworkZoneManifest;
  MonitoredService: MonitoredServiceManifest;
}

/** Any of them. */
export type StackManifest = StackManifests[keyof StackManifests];
