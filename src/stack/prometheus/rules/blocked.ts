/** Queries that were blocked; dashboards and docs/exporter-metrics.md mean the same. Safe search is an answer. */
export const BLOCKED = 'result=~"blocked|blocked_service|safebrowsing|parental"';
