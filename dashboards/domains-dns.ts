import { alertTable } from './shared/alerts.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { BLOCKED, share } from './shared/expressions.ts';
import { UIDS } from './shared/names.ts';
import { nodeGraph } from './shared/node-graph.ts';
import { nodeStats } from './shared/node-stats.ts';
import { ofField, ofSeries, toClient, toZone } from './shared/pages.ts';
import { bars, heatmap, stat, timeseries } from './shared/panels.ts';
import type { Part } from './shared/panel.ts';
import { course, now, type Query } from './shared/query.ts';
import { table } from './shared/table.ts';
import { IN_ZONE, OF_CLIENT } from './shared/variables.ts';

const ALERTS = ['DnsUnusual', 'TargetDown'];
const NO_DNS = 'No DNS queries: AdGuard Home is not asked, or nobody asks it.';
const PRIVATE =
  'Nothing is told of who asks for what: that is the browsing history of people. AdGuardExporter.spec.clientDomains switches it on.';
const QUERIES = `sum(rate(adguard_dns_queries_total{${IN_ZONE}}[$__rate_interval]))`;

/** What is asked of DNS, how well it is answered, and what is blocked. */
export function domainsDns(): DashboardSpec {
  return {
    uid: UIDS.domains,
    title: 'Domains and DNS',
    description: 'What is asked of DNS, how fast it is answered, what is blocked, and by whom.',
    variables: ['zone', 'client'],
    alerts: ALERTS,
    parts: [
      ...numbers(),
      ...analysis(),
      ofClients(),
      ...times(),
      ...frequency(),
      ...blocking(),
      clientsAndDomains(),
      ...resolution(),
      alertTable(ALERTS, { span: 12, height: 9 }),
    ],
  };
}

function numbers(): Part[] {
  const number = (title: string, description: string, query: Query, more: Partial<Parameters<typeof stat>[0]>): Part =>
    stat({ title, description, span: 6, height: 4, queries: [query], empty: NO_DNS, steps: ['blue'], ...more });
  return [
    number('Queries', 'DNS queries a second of the chosen zones.', now(QUERIES), { unit: 'reqps', decimals: 1 }),
    number(
      'Blocked',
      'Share of the queries of the chosen zones that AdGuard Home blocks.',
      now(share(`sum(rate(adguard_dns_queries_total{${IN_ZONE},${BLOCKED}}[$__rate_interval]))`, QUERIES)),
      { unit: 'percentunit', decimals: 1 },
    ),
    number(
      'From the cache',
      'Share of the queries of the chosen zones that AdGuard Home answers without asking an upstream.',
      now(share(`sum(rate(adguard_dns_cached_queries_total{${IN_ZONE}}[$__rate_interval]))`, QUERIES)),
      { unit: 'percentunit', decimals: 1 },
    ),
    stat({
      title: 'Failing',
      description: 'Share of all queries that end in SERVFAIL: the name may be right, but no upstream could say.',
      span: 6,
      height: 4,
      unit: 'percentunit',
      decimals: 2,
      queries: [
        now(
          share(
            '(sum(rate(adguard_dns_responses_total{rcode="SERVFAIL"}[$__rate_interval])) or vector(0))',
            'sum(rate(adguard_dns_responses_total[$__rate_interval]))',
          ),
        ),
      ],
      empty: NO_DNS,
      alarm: {
        steps: ['green', [0.02, 'orange'], [0.1, 'red']],
        whenRed:
          "an upstream is away or the connection to the internet is: the table of upstreams below tells which; `bastion status` and AdGuard Home's own page tell more.",
        runbook: ['TargetDown'],
      },
    }),
  ];
}

function analysis(): Part[] {
  const by = (
    title: string,
    description: string,
    family: string,
    label: string,
    selector: string,
    isHeavy = false,
  ): Part =>
    timeseries({
      title,
      description,
      span: 8,
      height: 8,
      unit: 'reqps',
      isStacked: true,
      queries: [course(`sum by (${label}) (rate(${family}${selector}[$__rate_interval]))`, `{{${label}}}`)],
      empty: NO_DNS,
      isHeavy,
    });
  const zone = `{${IN_ZONE}}`;
  return [
    by('Query types', 'What is asked for, a second.', 'adguard_dns_queries_total', 'qtype', zone, true),
    by('Results', 'What AdGuard Home does with it, a second.', 'adguard_dns_queries_total', 'result', zone),
    by(
      'Response codes',
      'What was answered, of all zones: NOERROR is success, NXDOMAIN a name that is not there, SERVFAIL a failure.',
      'adguard_dns_responses_total',
      'rcode',
      '',
    ),
  ];
}

/** What one sees first after a click on a client. */
function ofClients(): Part {
  return timeseries({
    title: 'Queries of the chosen clients',
    description: 'DNS queries a second of the chosen clients, by what AdGuard Home does with them.',
    span: 12,
    height: 8,
    unit: 'reqps',
    isStacked: true,
    queries: [
      course(
        `sum by (result) (rate(adguard_client_dns_queries_total{${IN_ZONE},${OF_CLIENT}}[$__rate_interval]))`,
        '{{result}}',
      ),
    ],
    empty: 'No client is told. Where AdGuard Home anonymises addresses none can be.',
  });
}

function times(): Part[] {
  const quantile = (of: string): string =>
    `histogram_quantile(${of}, sum by (le, upstream) (rate(adguard_dns_processing_seconds_bucket[$__rate_interval])))`;
  return [
    heatmap({
      title: 'Response times',
      description:
        'How many queries a second took how long, of those that were neither blocked nor in the cache: the work of AdGuard Home and of the upstream together.',
      span: 12,
      height: 9,
      unit: 'reqps',
      axisUnit: 's',
      queries: [
        {
          ...course('sum by (le) (rate(adguard_dns_processing_seconds_bucket[$__rate_interval]))', '{{le}}'),
          format: 'heatmap',
        },
      ],
      empty: NO_DNS,
      isHeavy: true,
    }),
    timeseries({
      title: 'Slowest twentieth by upstream',
      description: 'The time within which 19 of 20 queries are answered, by the upstream that was asked.',
      span: 12,
      height: 9,
      unit: 's',
      queries: [course(quantile('0.95'), '{{upstream}}')],
      empty: NO_DNS,
      alarm: {
        steps: ['green', [1, 'red']],
        whenRed:
          'the upstream is slow or far away: take it out in AdGuard Home, or look at the connection to the internet.',
        runbook: ['DnsUnusual'],
      },
    }),
  ];
}

function frequency(): Part[] {
  return [
    bars({
      title: 'Most asked domains',
      description: 'The 15 domains that are asked for most, a second, of all zones. Rare ones are together in "other".',
      span: 12,
      height: 11,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          'topk(15, sum by (domain) (rate(adguard_domain_dns_queries_total{domain!="other"}[$__rate_interval])))',
          '{{domain}}',
        ),
      ],
      empty: NO_DNS,
      steps: ['blue'],
    }),
    table({
      title: 'Who asks for which domain',
      description:
        'The 50 busiest pairs of client and domain of the chosen clients. The ten that a client asks for most have a name; what is rarer is left out.',
      span: 12,
      height: 11,
      empty: PRIVATE,
      sortBy: 'queries',
      columns: [
        { field: 'client', title: 'Client', link: toClient(ofField('client')) },
        { field: 'domain', title: 'Domain' },
        {
          field: 'queries',
          title: 'Queries',
          expr: `topk(50, sum by (client, domain) (rate(adguard_client_domain_dns_queries_total{${OF_CLIENT},domain!="other"}[5m])) and on (client) adguard_client_info{${IN_ZONE},${OF_CLIENT}})`,
          unit: 'reqps',
          decimals: 3,
        },
      ],
      isHeavy: true,
    }),
  ];
}

function blocking(): Part[] {
  const lists = 'max by (list_id, name, category) (adguard_filter_list_info)';
  return [
    table({
      title: 'Blocked domains',
      description:
        'The 50 domains that are blocked most, with the category of the list or service that knows them. A category of a block list is no judgement of a threat.',
      span: 12,
      height: 9,
      empty: 'Nothing is blocked.',
      sortBy: 'blocked',
      columns: [
        { field: 'domain', title: 'Domain' },
        {
          field: 'blocked',
          title: 'Blocked',
          expr: `topk(50, sum by (domain) (rate(adguard_domain_dns_queries_total{${BLOCKED},domain!="other"}[5m])) > 0)`,
          unit: 'reqps',
          decimals: 3,
        },
        {
          field: 'category_known',
          title: 'Known',
          expr: `max by (domain, category) (adguard_domain_category_info) and on (domain) topk(50, sum by (domain) (rate(adguard_domain_dns_queries_total{${BLOCKED},domain!="other"}[5m])) > 0)`,
          isHidden: true,
        },
        { field: 'category', title: 'Category' },
      ],
    }),
    bars({
      title: 'What blocks: lists',
      description: 'Queries a second that a rule of each filter list decided.',
      span: 6,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(15, sum by (list_id) (rate(adguard_filter_list_hits_total[$__rate_interval])) * on (list_id) group_left (name, category) ${lists})`,
          '{{name}} ({{category}})',
        ),
      ],
      empty: 'No filter list decides anything.',
      steps: ['blue'],
    }),
    bars({
      title: 'What blocks: services',
      description: 'Queries a second for services that are blocked as a whole (AdGuard Home: blocked services).',
      span: 6,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now('topk(15, sum by (service) (rate(adguard_blocked_service_hits_total[$__rate_interval])))', '{{service}}'),
      ],
      empty: 'No service is blocked as a whole, or nobody asks for one.',
      steps: ['blue'],
    }),
  ];
}

/** Only with `clientDomains`: without it the exporter has no domains in its graph. */
function clientsAndDomains(): Part {
  const nodes = `id:homelab_graph_node_requests:rate5m{id=~"cli:$client|dom:.*",detail__zone=~"$zone|"}`;
  const end = (of: string, from: string): string => `on (${of}) label_replace(${from}, "${of}", "$1", "id", "(.+)")`;
  const between = (edges: string): string => `(${edges} and ${end('source', nodes)} and ${end('target', nodes)})`;
  const edges = between('id:homelab_graph_edge_requests:rate5m{detail__kind="lookup"}');
  const seconds = between('id:homelab_graph_edge_duration_seconds:mean5m{detail__kind="lookup"}');
  // Without an edge there is nothing to see in a node.
  const shown = `(${nodes} and on () ${edges})`;
  const errors = `(id:homelab_graph_node_errors:ratio_rate5m{id=~"cli:$client|dom:.*",detail__zone=~"$zone|"} and on () ${edges})`;
  return {
    ...nodeGraph({
      title: 'Clients and domains',
      description:
        'Which of the busiest clients ask for which of the 30 busiest domains; the three of each that it asks for most.',
      span: 24,
      height: 14,
      empty: PRIVATE,
      nodes: nodeStats(shown, errors),
      edges: {
        mainstat: edges,
        secondarystat: `1000 * ${seconds}`,
        thickness: `clamp(1 + log2(1 + ${edges}), 1, 10)`,
      },
      nodeUnits: ['reqps', 'percent'],
      edgeUnits: ['reqps', 'ms'],
      link: { title: 'About this node', url: `/d/${ofField('about')}` },
      alarm: {
        whenRed: 'a red ring is a client whose queries end in SERVFAIL: see Failing at the top.',
        runbook: ['DnsUnusual'],
      },
    }),
    isHeavy: true,
  };
}

function resolution(): Part[] {
  return [
    table({
      title: 'Where domains lead',
      description:
        'Addresses that the busiest domains were resolved to, when each was seen last and the shortest time to live. A country cannot be told from an address here; the zones that ask are in the panel below.',
      span: 12,
      height: 10,
      empty: 'No domain is told.',
      sortBy: 'seen',
      columns: [
        { field: 'domain', title: 'Domain' },
        { field: 'address', title: 'Address' },
        {
          field: 'seen',
          title: 'Last seen',
          expr: '1000 * max by (domain, address) (homelab_domain_address_last_seen_timestamp_seconds)',
          unit: 'dateTimeFromNow',
        },
        {
          field: 'ttl',
          title: 'Time to live',
          expr: 'max by (domain, address) (homelab_domain_address_last_seen_timestamp_seconds) * 0 + on (domain) group_left () max by (domain) (homelab_domain_answer_ttl_seconds)',
          unit: 's',
        },
      ],
      isHeavy: true,
    }),
    bars({
      title: 'Which zone asks for what',
      description:
        'Queries a second by zone and type: where queries come from, which is what can be said of locations here.',
      span: 12,
      height: 10,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(20, sum by (zone, qtype) (rate(adguard_dns_queries_total{${IN_ZONE}}[$__rate_interval])))`,
          '{{zone}} {{qtype}}',
        ),
      ],
      empty: NO_DNS,
      steps: ['blue'],
      links: [toZone(ofSeries('zone'))],
    }),
    table({
      title: 'Upstreams',
      description: "Mean answer time of each upstream and its answers in AdGuard Home's own window of statistics.",
      span: 12,
      height: 9,
      empty: 'AdGuard Home tells no statistics.',
      sortBy: 'answers',
      columns: [
        { field: 'upstream', title: 'Upstream' },
        {
          field: 'mean',
          title: 'Mean time',
          expr: 'max by (upstream) (adguard_stats_upstream_avg_seconds)',
          unit: 's',
          decimals: 3,
        },
        {
          field: 'answers',
          title: 'Answers',
          expr: 'max by (upstream) (adguard_stats_upstream_responses)',
          unit: 'short',
          decimals: 0,
        },
      ],
    }),
  ];
}
