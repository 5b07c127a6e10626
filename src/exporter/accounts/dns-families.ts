import type { Family } from '../store/family.ts';
import type { Histogram } from '../store/histogram.ts';
import type { MetricStore } from '../store/store.ts';

export interface DnsFamilies {
  readonly queries: Family;
  readonly clientQueries: Family;
  readonly domainQueries: Family;
  readonly clientDomains: Family | undefined;
  readonly processing: Histogram;
  readonly cached: Family;
  readonly responses: Family;
  readonly listHits: Family;
  readonly serviceHits: Family;
  readonly categories: Family;
  readonly addresses: Family;
  readonly addressSeen: Family;
  readonly ttl: Family;
}

const counter = 'counter';
const gauge = 'gauge';

/** The families that DNS queries are counted in; that of clients and domains only when it is wanted. */
export function dnsFamilies(store: MetricStore, clientDomains: boolean): DnsFamilies {
  return {
    queries: store.family({
      name: 'adguard_dns_queries_total',
      help: 'DNS queries in the query log by zone of the client, type and result.',
      type: counter,
      labels: ['zone', 'qtype', 'result'],
      cap: 600,
    }),
    clientQueries: store.family({
      name: 'adguard_client_dns_queries_total',
      help: 'DNS queries by client (the 64 busiest, the rest is other) and result.',
      type: counter,
      labels: ['client', 'zone', 'result'],
      cap: 520,
    }),
    domainQueries: store.family({
      name: 'adguard_domain_dns_queries_total',
      help: 'DNS queries by registrable domain (the 100 busiest, the rest is other) and result.',
      type: counter,
      labels: ['domain', 'result'],
      cap: 300,
    }),
    clientDomains: clientDomains
      ? store.family({
          name: 'adguard_client_domain_dns_queries_total',
          help: 'DNS queries by client and registrable domain (the 10 busiest of each client, the rest is other).',
          type: counter,
          labels: ['client', 'domain'],
          cap: 704,
        })
      : undefined,
    processing: store.histogram({
      name: 'adguard_dns_processing_seconds',
      help: 'Time that AdGuard took for queries that it neither filtered nor found in its cache.',
      label: 'upstream',
      bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      cap: 8,
    }),
    cached: store.family({
      name: 'adguard_dns_cached_queries_total',
      help: 'DNS queries that were answered from the cache.',
      type: counter,
      labels: ['zone'],
      cap: 18,
    }),
    responses: store.family({
      name: 'adguard_dns_responses_total',
      help: 'DNS queries by response code; none: no answer was logged.',
      type: counter,
      labels: ['rcode'],
      cap: 12,
    }),
    listHits: store.family({
      name: 'adguard_filter_list_hits_total',
      help: 'DNS queries by the filter list whose rule decided.',
      type: counter,
      labels: ['list_id'],
      cap: 50,
    }),
    serviceHits: store.family({
      name: 'adguard_blocked_service_hits_total',
      help: 'DNS queries that a blocked service was the reason to block.',
      type: counter,
      labels: ['service', 'group'],
      cap: 139,
    }),
    categories: store.family({
      name: 'adguard_domain_category_info',
      help: 'Category of a told domain and where it is known from; always 1.',
      type: gauge,
      labels: ['domain', 'category', 'source'],
      cap: 100,
    }),
    addresses: store.family({
      name: 'homelab_domain_addresses',
      help: 'Different addresses that a told domain was resolved to in 24 hours (at most 32 are counted).',
      type: gauge,
      labels: ['domain'],
      cap: 100,
    }),
    addressSeen: store.family({
      name: 'homelab_domain_address_last_seen_timestamp_seconds',
      help: 'When a told domain was last resolved to an address; the last four addresses of each.',
      type: gauge,
      labels: ['domain', 'address'],
      cap: 400,
    }),
    ttl: store.family({
      name: 'homelab_domain_answer_ttl_seconds',
      help: 'Least time to live in the answers for a told domain.',
      type: gauge,
      labels: ['domain'],
      cap: 100,
    }),
  };
}
