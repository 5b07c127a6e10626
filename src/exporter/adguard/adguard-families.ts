import type { Family } from '../store/family.ts';
import type { MetricStore } from '../store/store.ts';

export interface AdGuardFamilies {
  readonly up: Family;
  readonly info: Family;
  readonly protection: Family;
  readonly started: Family;
  readonly windowQueries: Family;
  readonly windowSeconds: Family;
  readonly averageSeconds: Family;
  readonly upstreamSeconds: Family;
  readonly upstreamResponses: Family;
  readonly requests: Family;
  readonly locked: Family;
  readonly anonymized: Family;
  readonly suspect: Family;
  readonly read: Family;
  readonly skipped: Family;
  readonly gaps: Family;
  readonly lag: Family;
}

/** What is told of AdGuard itself and of reading it. */
export function adguardFamilies(store: MetricStore): AdGuardFamilies {
  const gauge = (name: string, help: string, labels: string[] = [], cap: number = 1): Family =>
    store.family({ name, help, type: 'gauge', labels, cap });
  const counter = (name: string, help: string, labels: string[] = [], cap: number = 1): Family =>
    store.family({ name, help, type: 'counter', labels, cap });
  return {
    up: gauge('adguard_up', 'Whether AdGuard answered the last question for its status: 1 or 0.'),
    info: gauge('adguard_info', "AdGuard's version; always 1.", ['version']),
    protection: gauge('adguard_protection_enabled', 'Whether AdGuard filters: 1 or 0.'),
    started: gauge('adguard_start_time_seconds', 'When AdGuard started.'),
    windowQueries: gauge(
      'adguard_stats_window_queries',
      "Queries in AdGuard's statistics window by kind; falls when an old hour leaves the window, so use no rate().",
      ['kind'],
      5,
    ),
    windowSeconds: gauge('adguard_stats_window_seconds', "Length of AdGuard's statistics window."),
    averageSeconds: gauge('adguard_stats_avg_processing_seconds', 'Mean processing time in the window.'),
    upstreamSeconds: gauge(
      'adguard_stats_upstream_avg_seconds',
      'Mean answer time of an upstream in the window.',
      ['upstream'],
      9,
    ),
    upstreamResponses: gauge(
      'adguard_stats_upstream_responses',
      'Answers of an upstream in the window.',
      ['upstream'],
      9,
    ),
    requests: counter(
      'adguard_exporter_api_requests_total',
      "Calls of AdGuard's API by endpoint and HTTP status (error, locked, paused, malformed: there is none).",
      ['endpoint', 'code'],
      60,
    ),
    locked: gauge('adguard_exporter_auth_locked', 'Whether no login is tried because one was refused: 1 or 0.'),
    anonymized: gauge(
      'adguard_exporter_client_ip_anonymized',
      'Whether AdGuard cuts client addresses, so that nothing is told by client: 1 or 0.',
    ),
    suspect: gauge(
      'adguard_exporter_client_ip_suspect',
      'Whether nearly all queries seem to come from one gateway, so that clients and zones mean nothing: 1 or 0.',
    ),
    read: counter('adguard_exporter_querylog_entries_read_total', 'Entries of the query log that were counted.'),
    skipped: counter(
      'adguard_exporter_querylog_entries_skipped_total',
      'Entries that were not counted: malformed ones, oversized lines, and repeated ones, which were counted before.',
      ['reason'],
      3,
    ),
    gaps: counter(
      'adguard_exporter_querylog_gap_total',
      'Times that entries may have been missed, by reason.',
      ['reason'],
      6,
    ),
    lag: gauge('adguard_exporter_querylog_lag_seconds', 'Age of the newest entry that was read.'),
  };
}
