import { metricCatalogue, type KnownMetric } from '../../test/support/dashboards/metric-catalogue.ts';

/** How many values a label has where its family is full. */
const SIZES: Readonly<Record<string, number>> = {
  zone: 8,
  client: 64,
  domain: 100,
  qtype: 12,
  result: 8,
  service: 15,
  code_class: 5,
  code: 5,
  method: 2,
  server: 4,
  upstream: 8,
  list_id: 50,
  rcode: 12,
  le: 10,
  kind: 20,
  field: 6,
  name: 100,
  type: 5,
  address: 4,
  behavior: 4,
  pattern: 5,
  op: 50,
  outcome: 5,
};
const OTHERS = 3;
const NODES = 150;
const EDGES = 400;
/** Families of one series a thing, whose other labels say more about it: by the label of the thing, and how many. */
const THINGS: Readonly<Record<string, readonly [label: string, count: number]>> = {
  adguard_client_info: ['client', 64],
  adguard_domain_category_info: ['domain', 100],
  adguard_filter_list_info: ['list_id', 50],
  adguard_client_dns_queries_total: ['client', 64],
  bastion_certificate_not_after_timestamp_seconds: ['name', 12],
  ALERTS: ['alertname', 5],
};
const CAPS: Readonly<Record<string, number>> = {
  adguard_dns_queries_total: 600,
  adguard_client_domain_dns_queries_total: 704,
  adguard_domain_dns_queries_total: 300,
  homelab_http_requests_total: 600,
  homelab_http_client_requests_total: 512,
  homelab_domain_address_last_seen_timestamp_seconds: 400,
  traefik_service_request_duration_seconds_bucket: 0,
};
const MOST = 1000;
/** Added by Prometheus, with one value each. */
const TARGET = new Set(['job', 'instance']);
const FIXED: Readonly<Record<string, readonly string[]>> = {
  result: 'allowed allowlisted blocked blocked_service safebrowsing parental safesearch rewritten'.split(' '),
  le: ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '+Inf'],
  type: ['Ready', 'Progressing', 'Blocked', 'Degraded', 'Stalled'],
  alertstate: ['firing'],
  detail__kind: ['dns', 'http', 'proxy', 'lookup'],
  rcode: ['NOERROR', 'NXDOMAIN', 'SERVFAIL'],
  clock: ['desired_read', 'full_diff', 'converged'],
  severity: ['error', 'warning'],
  blocked: ['true', 'false'],
};

export interface CappedSeries {
  /** As it is written in the text format. */
  readonly text: string;
  readonly isCounter: boolean;
  readonly metric: string;
}

/** Every series that the metrics of a dashboard have where each family is at its cap. */
export async function cappedSeries(metrics: readonly string[]): Promise<CappedSeries[]> {
  const catalogue = await metricCatalogue();
  return [...new Set(metrics)].sort().flatMap((metric) => {
    const known = catalogue.get(metric);
    if (known === undefined) throw new Error(`no metric ${metric} is known`);
    return labelsOf(known).map((labels) => ({
      metric,
      isCounter: known.type === 'counter',
      text: `${metric}{${Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(',')}}`,
    }));
  });
}

function labelsOf(metric: KnownMetric): Record<string, string>[] {
  const { name, labels } = metric;
  if (name.startsWith('id:homelab_graph_node')) return Array.from({ length: NODES }, (_, index) => node(index));
  if (name.startsWith('id:homelab_graph_edge')) return Array.from({ length: EDGES }, (_, index) => edge(index));
  const own = labels.filter(
    (label) => !TARGET.has(label) && /^[a-z_]+$/.test(label) && label !== 'other' && label !== 'none',
  );
  const [thing, count] = THINGS[name] ?? [];
  if (thing !== undefined && count !== undefined) {
    const rows = Array.from({ length: count }, (_, index) =>
      Object.fromEntries(own.map((label) => [label, valueOf(label, index)])),
    );
    if (!own.includes('result')) return rows;
    return rows.flatMap((row) => (FIXED['result'] ?? []).map((result) => ({ ...row, result })));
  }
  const all = own.reduce<Record<string, string>[]>(
    (rows, label) =>
      rows.flatMap((row) =>
        Array.from({ length: sizeOf(label) }, (_, index) => ({ ...row, [label]: valueOf(label, index) })),
      ),
    [{}],
  );
  return all.slice(0, CAPS[name] ?? MOST).map((row) => ({ ...row, job: 'bench', instance: 'bench:1' }));
}

function sizeOf(label: string): number {
  return FIXED[label]?.length ?? SIZES[label] ?? OTHERS;
}

function valueOf(label: string, index: number): string {
  const fixed = FIXED[label];
  return fixed === undefined ? `${label}-${label === 'zone' ? index % 8 : index}` : (fixed[index % fixed.length] ?? '');
}

function node(index: number): Record<string, string> {
  const id = index < 40 ? `cli:client-${index}` : index < 120 ? `dom:domain-${index}` : `svc:service-${index - 120}`;
  return {
    id,
    title: id,
    subtitle: 'node',
    color: 'blue',
    about: 'x',
    ...(index < 40 ? { detail__zone: `zone-${index % 8}` } : {}),
  };
}

/** Both ends are nodes. */
function edge(index: number): Record<string, string> {
  const source = node(index % 40)['id'] ?? '';
  const target = node(40 + (index % 110))['id'] ?? '';
  return { id: `${source}|${target}`, source, target, detail__kind: target.startsWith('dom') ? 'lookup' : 'http' };
}
