import type { RecordingRule, RuleGroup } from './rule.ts';

const NODES = 'max by (id, title, subtitle, color) (homelab_graph_node_info)';
const IDS = 'max by (id) (homelab_graph_node_info)';
/** What an edge shows is called detail__ and its name. */
const EDGES =
  'max by (id, source, target, detail__kind) (label_replace(homelab_graph_edge_info, "detail__kind", "$1", "kind", "(.+)"))';
const NODE = 'id:homelab_graph_node:info';

/** The zone of each client that is told, as the label that a node shows, by the id of its node. */
const CLIENT_ZONES = `label_replace(label_replace(max by (client, zone) (adguard_client_info), "id", "cli:$1", "client", "(.+)"), "detail__zone", "$1", "zone", "(.+)")`;

/**
 * Which dashboard is about a node, as the rest of a link: the panel can have one link for all nodes only. The later goes
 * before the earlier. A service that is not behind Traefik is a target at most, which the home page is about.
 */
const ABOUT: readonly (readonly [id: string, link: string])[] = [
  ['svc:.*', 'bastion-fallback'],
  ['svc:traefik', 'bastion-services'],
  ['svc:adguard', 'bastion-domains-dns'],
  ['cli:(.*)', 'bastion-zones?var-client=$1'],
  ['zone:(.*)', 'bastion-zones?var-zone=$1'],
  ['(?:dom|up|ext):.*', 'bastion-domains-dns'],
];

/** Services that the variable of the dashboard about them has, by the id of their node; those two have dashboards already. */
const BEHIND_TRAEFIK =
  'label_replace(max by (service) (homelab_http_requests_total{service!~"(traefik|adguard)(@.+)?"} or traefik_service_requests_total{service!~"(traefik|adguard)(@.+)?"}), "id", "svc:$1", "service", "([^@]+)(?:@.*)?")';

const CLIENT = { id: 'cli:10.0.0.9', title: 'tv', subtitle: 'client', color: 'green' };
const TRAEFIK = { id: 'svc:traefik', title: 'traefik', subtitle: 'service', color: 'blue' };
const MEMOS = { id: 'svc:memos', title: 'memos', subtitle: 'service', color: 'blue' };
const DEAF = { id: 'svc:deaf', title: 'deaf', subtitle: 'service', color: 'blue' };
const CLIENT_NODE = { ...CLIENT, detail__zone: 'iot', about: 'bastion-zones?var-client=10.0.0.9' };
const TRAEFIK_NODE = { ...TRAEFIK, about: 'bastion-services' };
const MEMOS_NODE = { ...MEMOS, about: 'bastion-services?var-service=memos' };
const DEAF_NODE = { ...DEAF, about: 'bastion-fallback' };
const EDGE = { id: 'cli:10.0.0.9|svc:traefik', source: 'cli:10.0.0.9', target: 'svc:traefik', kind: 'http' };
const EDGE_SHOWN = { id: EDGE.id, source: EDGE.source, target: EDGE.target, detail__kind: EDGE.kind };
const LOST = { id: 'cli:10.0.0.9|svc:gone', source: 'cli:10.0.0.9', target: 'svc:gone', kind: 'http' };

/**
 * The network graph as the node graph panel wants it: whole nodes and whole edges, so that a panel reads some hundreds of
 * series instead of well over a thousand. An edge without both its nodes, which crashes the panel, is left out here.
 */
export function graphRules(): RuleGroup {
  return { name: 'bastion-graph', rules: [...nodeRules(), ...edgeRules()] };
}

function nodeRules(): RecordingRule[] {
  const withZone = `${NODES} * on (id) group_left (detail__zone) ${CLIENT_ZONES} or on (id) label_replace(${NODES}, "detail__zone", "$1", "id", "zone:(.+)")`;
  const byKind = ABOUT.reduce((expr, [id, link]) => `label_replace(${expr}, "about", "${link}", "id", "${id}")`, IDS);
  const behind = `label_replace(max by (id) (${BEHIND_TRAEFIK}), "about", "bastion-services?var-service=$1", "id", "svc:(.*)")`;
  const whole = `(${withZone}) * on (id) group_left (about) (1 + 0 * ${behind} or on (id) ${byKind})`;
  const requests = 'sum by (id) (rate(homelab_graph_node_requests_total[5m]))';
  const errors = 'sum by (id) (rate(homelab_graph_node_errors_total[5m]))';
  // A target that nothing else is counted of succeeds as far as its scrapes do. Of what is neither nothing is said.
  const scrapes = '1 - avg by (id) (label_replace(up, "id", "svc:$1", "job", "(.+)"))';
  const counters = {
    'homelab_graph_node_requests_total{id="cli:10.0.0.9"}': '0+120x20',
    'homelab_graph_node_errors_total{id="cli:10.0.0.9"}': '0+30x20',
  };
  return [
    {
      record: NODE,
      expr: whole,
      cases: [
        {
          series: graph(),
          at: '10m',
          values: [
            { labels: CLIENT_NODE, value: 1 },
            { labels: TRAEFIK_NODE, value: 1 },
            { labels: MEMOS_NODE, value: 1 },
            { labels: DEAF_NODE, value: 1 },
          ],
        },
      ],
    },
    {
      record: 'id:homelab_graph_node_requests:rate5m',
      expr: `${NODE} * on (id) group_left () (${requests} or on (id) 0 * ${IDS})`,
      cases: [
        {
          series: { ...graph(), ...counters },
          at: '10m',
          values: [
            { labels: CLIENT_NODE, value: 2 },
            { labels: TRAEFIK_NODE, value: 0 },
            { labels: MEMOS_NODE, value: 0 },
            { labels: DEAF_NODE, value: 0 },
          ],
        },
      ],
    },
    {
      record: 'id:homelab_graph_node_errors:ratio_rate5m',
      expr: `${NODE} * on (id) group_left () ((${errors} or on (id) 0 * ${requests}) / on (id) (${requests} > 0) or on (id) ${scrapes})`,
      cases: [
        {
          series: { ...graph(), ...counters, 'up{job="traefik"}': '1+0x20', 'up{job="deaf"}': '0+0x20' },
          at: '10m',
          // None of memos: nobody asked it, and it is no target.
          values: [
            { labels: CLIENT_NODE, value: 0.25 },
            { labels: TRAEFIK_NODE, value: 0 },
            { labels: DEAF_NODE, value: 1 },
          ],
        },
      ],
    },
  ];
}

function edgeRules(): RecordingRule[] {
  const end = (of: string): string => `label_replace(${IDS}, "${of}", "$1", "id", "(.+)")`;
  const guarded = `(${EDGES} and on (source) ${end('source')} and on (target) ${end('target')})`;
  const requests = 'sum by (id) (rate(homelab_graph_edge_requests_total[5m]))';
  const seconds = 'sum by (id) (rate(homelab_graph_edge_duration_seconds_total[5m]))';
  const idle = `0 * max by (id) (homelab_graph_edge_info)`;
  const counters = {
    [`homelab_graph_edge_requests_total{id="${EDGE.id}"}`]: '0+120x20',
    [`homelab_graph_edge_duration_seconds_total{id="${EDGE.id}"}`]: '0+60x20',
  };
  return [
    {
      record: 'id:homelab_graph_edge_requests:rate5m',
      expr: `${guarded} * on (id) group_left () (${requests} or on (id) ${idle})`,
      cases: [{ series: { ...graph(), ...counters }, at: '10m', values: [{ labels: EDGE_SHOWN, value: 2 }] }],
    },
    {
      record: 'id:homelab_graph_edge_duration_seconds:mean5m',
      expr: `${guarded} * on (id) group_left () (${seconds} / (${requests} > 0) or on (id) ${idle})`,
      cases: [{ series: { ...graph(), ...counters }, at: '10m', values: [{ labels: EDGE_SHOWN, value: 0.5 }] }],
    },
  ];
}

/** A client with its zone, Traefik, a service behind it and one that is not, the edge between them, and an edge to a node that is not told. */
function graph(): Readonly<Record<string, string>> {
  const series = (name: string, labels: Readonly<Record<string, string>>): string =>
    `${name}{${Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',')}}`;
  return {
    [series('homelab_graph_node_info', CLIENT)]: '1+0x20',
    [series('homelab_graph_node_info', TRAEFIK)]: '1+0x20',
    [series('homelab_graph_node_info', MEMOS)]: '1+0x20',
    [series('homelab_graph_node_info', DEAF)]: '1+0x20',
    'traefik_service_requests_total{service="memos@docker"}': '1+0x20',
    [series('homelab_graph_edge_info', EDGE)]: '1+0x20',
    [series('homelab_graph_edge_info', LOST)]: '1+0x20',
    [series('adguard_client_info', { client: '10.0.0.9', zone: 'iot', name: 'tv' })]: '1+0x20',
  };
}
