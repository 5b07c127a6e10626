import type { KnownMetric } from './metric-catalogue.ts';

const TARGET = ['job', 'instance'];
const OF_ALERTS = ['kind', 'name', 'zone', 'service', 'mountpoint', 'gate'];

function metric(name: string, type: KnownMetric['type'], ...labels: readonly string[]): KnownMetric {
  return { name, type, labels };
}

/**
 * What dashboards read of programs that are not ours, with their types and the labels that are bounded there. Not among
 * them: `serial` of a certificate, of which each renewal makes another. test/e2e/dashboards.spec.ts compares the types with
 * what the real programs tell.
 */
export const FOREIGN_METRICS: readonly KnownMetric[] = [
  metric('up', 'gauge', ...TARGET),
  metric('scrape_duration_seconds', 'gauge', ...TARGET),
  // Of all alerts: see src/stack/prometheus/rules.
  metric('ALERTS', 'gauge', ...TARGET, 'alertname', 'alertstate', 'severity', ...OF_ALERTS),
  metric('traefik_service_request_duration_seconds', 'histogram', 'service', 'code', 'method', 'protocol'),
  metric('traefik_service_server_up', 'gauge', 'service', 'url'),
  metric('traefik_open_connections', 'gauge', 'entrypoint', 'protocol'),
  metric('traefik_tls_certs_not_after', 'gauge', 'cn', 'sans'),
  metric('prometheus_config_last_reload_successful', 'gauge', ...TARGET),
  metric('prometheus_tsdb_head_series', 'gauge', ...TARGET),
  metric('prometheus_tsdb_storage_blocks_bytes', 'gauge', ...TARGET),
  metric('prometheus_tsdb_lowest_timestamp_seconds', 'gauge', ...TARGET),
  metric('prometheus_build_info', 'gauge', ...TARGET),
  metric('process_resident_memory_bytes', 'gauge', ...TARGET),
];
