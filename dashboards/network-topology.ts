import { alertTable } from './shared/alerts.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { ofPlainService } from './shared/expressions.ts';
import { UIDS } from './shared/names.ts';
import { nodeGraph } from './shared/node-graph.ts';
import { nodeStats } from './shared/node-stats.ts';
import { ofField, ofSeries, toService } from './shared/pages.ts';
import { bars, states, stat, timeseries } from './shared/panels.ts';
import { course, now } from './shared/query.ts';
import { table } from './shared/table.ts';
import { OF_SERVICE } from './shared/variables.ts';

const ALERTS = [
  'TargetDown',
  'TargetFlapping',
  'ServiceDown',
  'ServiceErrors',
  'TrafficUnusual',
  'DnsUnusual',
  'MemberRestarting',
];

/**
 * Nodes of the chosen zones, clients and services. What all traffic goes through stays, or a service would stand alone; so
 * do upstreams. Domains are in a graph of their own. A node without a zone (a service) has none to be chosen by.
 */
const CHOSEN =
  'detail__zone=~"$zone|",id=~"cli:$client|(?:svc|zone|up|ext):.*",id=~"svc:(?:$service|traefik|adguard)|(?:cli|zone|up|ext):.*"';
const NODE_REQUESTS = `id:homelab_graph_node_requests:rate5m{${CHOSEN}}`;
const NODE_ERRORS = `id:homelab_graph_node_errors:ratio_rate5m{${CHOSEN}}`;

/** Edges between chosen nodes: one without both ends crashes the panel. */
function between(edges: string): string {
  const end = (of: string): string => `on (${of}) label_replace(${NODE_REQUESTS}, "${of}", "$1", "id", "(.+)")`;
  return `(${edges} and ${end('source')} and ${end('target')})`;
}

/** What a client asks DNS for is in a graph of its own. */
const EDGE_REQUESTS = between('id:homelab_graph_edge_requests:rate5m{detail__kind!="lookup"}');
const EDGE_SECONDS = between('id:homelab_graph_edge_duration_seconds:mean5m{detail__kind!="lookup"}');

/** Everything in the network that AdGuard Home, Traefik and Prometheus know of, and who talks to whom. */
export function networkTopology(): DashboardSpec {
  return {
    uid: UIDS.topology,
    title: 'Network topology',
    description: 'Who talks to whom: services, clients and what lies outside, with their health.',
    variables: ['zone', 'client', 'service'],
    alerts: ALERTS,
    parts: [
      graph(),
      stat({
        title: 'Nodes',
        description:
          'What is drawn. The exporter tells 150 nodes at most: the 40 busiest clients by themselves, the others as their zone.',
        span: 4,
        height: 4,
        unit: 'none',
        queries: [now(`count(${NODE_REQUESTS})`)],
        empty: 'No graph yet: the adguard-exporter has seen no traffic, or is not scraped.',
        steps: ['blue'],
      }),
      stat({
        title: 'Targets up',
        description: 'Share of what Prometheus scrapes that answers.',
        span: 4,
        height: 4,
        unit: 'percentunit',
        queries: [now('sum(up) / count(up)')],
        empty: 'Prometheus scrapes nothing.',
        alarm: {
          steps: ['red', [1, 'green']],
          whenRed: 'a target is down: the table of alerts names it once it is down for five minutes.',
          runbook: ['TargetDown'],
        },
      }),
      states({
        title: 'Health of targets',
        description: 'Green: Prometheus gets an answer. Red: it gets none.',
        span: 16,
        height: 8,
        unit: 'bool_on_off',
        queries: [course('min by (job) (up)', '{{job}}')],
        empty: 'Prometheus scrapes nothing.',
        alarm: {
          steps: ['red', [1, 'green']],
          whenRed: 'see `bastion status` for what the operator does about it.',
          runbook: ['TargetDown', 'TargetFlapping'],
        },
      }),
      stat({
        title: 'Requests through the graph',
        description: 'Requests a second along all edges that are chosen, DNS and HTTP together.',
        span: 8,
        height: 4,
        unit: 'reqps',
        decimals: 1,
        queries: [now(`sum(${EDGE_REQUESTS})`)],
        empty: 'No traffic is known.',
        steps: ['blue'],
      }),
      loadDistribution(),
      timeseries({
        title: 'Flow by kind of connection',
        description:
          'Requests a second along the chosen edges: dns, http (client to Traefik), proxy (Traefik to a service). The graph cannot be animated; this is its course.',
        span: 12,
        height: 8,
        unit: 'reqps',
        queries: [course(`sum by (detail__kind) (${EDGE_REQUESTS})`, '{{detail__kind}}')],
        empty: 'No traffic is known.',
        isHeavy: true,
      }),
      nodeTable(),
      edgeTable(),
      alertTable(ALERTS, { span: 24, height: 7 }),
    ],
  };
}

function graph() {
  return {
    ...nodeGraph({
      title: 'Who talks to whom',
      description:
        'A ring is green as far as requests succeed and red as far as they fail (DNS: SERVFAIL, HTTP: 5xx; of what is only scraped, the scrapes), and grey where nothing was asked within five minutes. Inside: requests a second, and the share that fails. The thickness of a line is its traffic; point at it for requests a second and their mean time. A click on a node leads to the dashboard about it.',
      span: 24,
      height: 16,
      empty: 'No graph yet: the adguard-exporter has seen no traffic, or is not scraped.',
      nodes: nodeStats(NODE_REQUESTS, NODE_ERRORS),
      edges: {
        mainstat: EDGE_REQUESTS,
        secondarystat: `1000 * ${EDGE_SECONDS}`,
        thickness: `clamp(1 + log2(1 + ${EDGE_REQUESTS}), 1, 10)`,
      },
      nodeUnits: ['reqps', 'percent'],
      edgeUnits: ['reqps', 'ms'],
      link: { title: 'About this node', url: `/d/${ofField('about')}` },
      alarm: {
        whenRed:
          'a click on the node leads to its dashboard; `bastion status` says what the operator knows of a service.',
        runbook: ['ServiceErrors', 'ServiceDown'],
      },
    }),
    isHeavy: true,
  };
}

function loadDistribution() {
  return bars({
    title: 'Load by server',
    description: 'Requests a second to each server behind a service: how Traefik spreads them.',
    span: 12,
    height: 8,
    unit: 'reqps',
    decimals: 2,
    queries: [
      now(
        `sum by (service, server) (${ofPlainService(`rate(homelab_http_server_requests_total{${OF_SERVICE}}[$__rate_interval])`)})`,
        '{{service}} {{server}}',
      ),
    ],
    empty: 'No requests through Traefik.',
    steps: ['blue'],
    links: [toService(ofSeries('service'))],
  });
}

function nodeTable() {
  return table({
    title: 'Nodes',
    description:
      'The nodes of the graph by traffic, with the share of their requests that fails; empty where there were none.',
    span: 12,
    height: 10,
    empty: 'No graph yet: the adguard-exporter has seen no traffic, or is not scraped.',
    sortBy: 'requests',
    columns: [
      { field: 'title', title: 'Node', link: { title: 'About this node', url: `/d/${ofField('about')}` } },
      { field: 'subtitle', title: 'Is' },
      { field: 'detail__zone', title: 'Zone' },
      { field: 'requests', title: 'Requests', expr: NODE_REQUESTS, unit: 'reqps', decimals: 2 },
      {
        field: 'errors',
        title: 'Failing',
        expr: NODE_ERRORS,
        unit: 'percentunit',
        decimals: 1,
        steps: ['green', [0.01, 'orange'], [0.05, 'red']],
      },
      { field: 'about', title: 'About', isHidden: true },
      { field: 'id', title: 'Id', isHidden: true },
      { field: 'color', title: 'Colour', isHidden: true },
    ],
    alarm: {
      steps: ['green'],
      whenRed: 'more than one request in twenty fails: a click on the name leads to the dashboard about it.',
      runbook: ['ServiceErrors'],
    },
  });
}

function edgeTable() {
  return table({
    title: 'Connections',
    description: 'The 30 busiest edges of the graph with the mean time of a request.',
    span: 12,
    height: 10,
    empty: 'No connection is known.',
    sortBy: 'requests',
    columns: [
      { field: 'source', title: 'From' },
      { field: 'target', title: 'To' },
      { field: 'detail__kind', title: 'Kind' },
      { field: 'requests', title: 'Requests', expr: `topk(30, ${EDGE_REQUESTS})`, unit: 'reqps', decimals: 2 },
      {
        field: 'seconds',
        title: 'Mean time',
        expr: `${EDGE_SECONDS} and topk(30, ${EDGE_REQUESTS})`,
        unit: 's',
        decimals: 3,
      },
      { field: 'id', title: 'Id', isHidden: true },
    ],
  });
}
