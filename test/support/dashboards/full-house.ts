import { KINDS } from '../../../src/model/key.ts';
import type { KnownMetric } from './metric-catalogue.ts';

/** Labels whose values are known by name. */
export const FIXED: Readonly<Record<string, readonly string[]>> = {
  result: 'allowed allowlisted blocked blocked_service safebrowsing parental safesearch rewritten'.split(' '),
  code_class: '1xx 2xx 3xx 4xx 5xx other'.split(' '),
  rcode: 'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN NOTAUTH NOTZONE BADVERS other none'.split(' '),
  type: 'Ready Progressing Blocked Degraded Stalled'.split(' '),
  alertstate: 'firing pending'.split(' '),
  detail__kind: 'dns http proxy lookup scrape declared'.split(' '),
  clock: 'desired_read full_diff converged'.split(' '),
  severity: 'error warning'.split(' '),
  blocked: 'true false'.split(' '),
};
/** The same, where one metric has other values than the rest. */
const OWN: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  bastion_certificate_not_after_timestamp_seconds: { kind: ['Certificate', 'CertificateAuthority'] },
  bastion_certificate_renewals_total: { result: ['success', 'failure'] },
  homelab_network_anomaly_active: {
    type: 'query_surge block_surge new_client silent_zone upstream_degraded http_error_surge'.split(' '),
  },
  ALERTS: { severity: 'critical warning info'.split(' ') },
};

/**
 * How many values other labels have: those of the exporter as docs/exporter-metrics.md bounds them, with what it puts
 * beyond the bound (`other`, `unknown`); those of the operator and of Traefik as a large house has them.
 */
const SIZES: Readonly<Record<string, number>> = {
  zone: 18,
  client: 65,
  domain: 101,
  qtype: 12,
  service: 17,
  server: 4,
  upstream: 9,
  list_id: 50,
  behavior: 4,
  pattern: 5,
  kind: KINDS.length,
  name: 100,
  consumer: 3,
  gate: 10,
  backup: 10,
  resource: 10,
  loop: 4,
  url: 4,
  entrypoint: 6,
  protocol: 4,
  code: 10,
  method: 5,
  cn: 40,
  instance: 30,
};

/** Things of which a metric has a series each, whatever labels say more about them: by the metric, or the level of a rule. */
const THINGS: Readonly<Record<string, number>> = {
  adguard_client_info: 64,
  adguard_client_dns_queries_total: 65,
  adguard_domain_category_info: 100,
  adguard_filter_list_info: 50,
  bastion_certificate_not_after_timestamp_seconds: 40,
  traefik_tls_certs_not_after: 40,
  ALERTS: 30,
  bastion_resource_condition: 1000,
  kind_name_type: 100,
  up: 30,
  scrape_duration_seconds: 30,
  instance: 30,
  client_zone: 65,
};

/** Rules that make whole nodes and edges, by the family of the exporter that bounds them. */
const GRAPH: readonly (readonly [RegExp, string])[] = [
  [/^id:homelab_graph_node/, 'homelab_graph_node_info'],
  [/^id:homelab_graph_edge/, 'homelab_graph_edge_info'],
];

/** What bounds the number of series of a metric where every family is at its cap. */
export interface FullMetric {
  /** Labels with all their values. */
  readonly fixed: Readonly<Record<string, readonly string[]>>;
  /** The other labels, and how many values each may have; infinitely many where only the cap bounds them. */
  readonly free: Readonly<Record<string, number>>;
  /** How many combinations there are of these. */
  readonly things: number;
  /** Whether each thing is a series of its own, whose other labels say more about it. */
  readonly isOfThings: boolean;
  /** Series of all. */
  readonly most: number;
}

/** Added by Prometheus, with one value each, but for what is told of every target. */
const TARGET = new Set(['job', 'instance']);
/** No labels: values that the page about the exporter names beside them. */
const VALUES = new Set(['other', 'none']);

/** A metric of a house in which nothing more has room. Throws for a label that nothing bounds. */
export function fullMetric(metric: KnownMetric, catalogue: ReadonlyMap<string, KnownMetric>): FullMetric {
  const { name } = metric;
  const [, family] = GRAPH.find(([pattern]) => pattern.test(name)) ?? [];
  const cap = metric.most ?? (family === undefined ? undefined : catalogue.get(family)?.most) ?? Infinity;
  const labels = metric.labels.filter((label) => !TARGET.has(label) && !VALUES.has(label));
  const fixed = Object.fromEntries(
    labels.flatMap((label) => {
      const values = OWN[name]?.[label] ?? FIXED[label];
      return values === undefined ? [] : [[label, values] as const];
    }),
  );
  const free = Object.fromEntries(
    labels.filter((label) => !(label in fixed)).map((label) => [label, SIZES[label] ?? Infinity] as const),
  );
  const level = name.includes(':') ? (name.split(':')[0] ?? '') : '';
  const counted = THINGS[name] ?? THINGS[level];
  const things = counted ?? Object.values(free).reduce((product, size) => product * size, 1);
  const all = Object.values(fixed).reduce((product, values) => product * values.length, things);
  const most = Math.min(cap, all);
  if (!Number.isFinite(most)) throw new Error(`nothing bounds the series of ${name}: ${labels.join(', ')}`);
  return { fixed, free, things, isOfThings: counted !== undefined || family !== undefined, most };
}
