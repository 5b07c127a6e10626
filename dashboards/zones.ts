import { alertTable } from './shared/alerts.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { BLOCKED, byService, ofPlainService, share } from './shared/expressions.ts';
import { UIDS } from './shared/names.ts';
import { ofField, ofSeries, toClient, toDomains, toService, toZone } from './shared/pages.ts';
import { bars, states, stat, timeseries } from './shared/panels.ts';
import type { Part } from './shared/panel.ts';
import { course, now } from './shared/query.ts';
import { matrix } from './shared/matrix.ts';
import { table } from './shared/table.ts';
import { IN_ZONE, OF_CLIENT, OF_SERVICE } from './shared/variables.ts';

const ALERTS = ['DnsUnusual', 'TrafficUnusual', 'ServiceErrors'];
const HTTP = `${IN_ZONE},${OF_SERVICE}`;
const CLIENT = `${IN_ZONE},${OF_CLIENT}`;
/** Clients that are told, with the zone that they are in: for families that know the client only. */
const CLIENTS = `max by (client) (adguard_client_info{${CLIENT}})`;

/** Traffic by zone of the client: how much, whereto, by whom, and what is odd about it. */
export function zones(): DashboardSpec {
  return {
    uid: UIDS.zones,
    title: 'Zones',
    description: 'Traffic by zone: who is in it, what it uses, and what is unusual or blocked.',
    variables: ['zone', 'client', 'service'],
    alerts: ALERTS,
    parts: [
      ...numbers(),
      trafficMatrix(),
      queriesCourse(),
      ...bandwidth(),
      clientTable(),
      ...talkers(),
      ...security(),
      anomalies(),
      alertTable(ALERTS, { span: 24, height: 6 }),
    ],
  };
}

function numbers(): Part[] {
  return [
    stat({
      title: 'DNS queries',
      description: 'DNS queries a second of each chosen zone.',
      span: 8,
      height: 4,
      unit: 'reqps',
      decimals: 1,
      queries: [now(`zone:adguard_dns_queries:rate5m{${IN_ZONE}}`, '{{zone}}')],
      empty: 'No DNS queries: AdGuard Home is not asked, or nobody asks it.',
      steps: ['blue'],
      links: [toZone(ofSeries('zone'))],
    }),
    stat({
      title: 'Blocked',
      description: 'Share of the DNS queries of each zone that AdGuard Home blocks.',
      span: 8,
      height: 4,
      unit: 'percentunit',
      decimals: 1,
      queries: [now(`zone:adguard_dns_blocked:ratio_rate5m{${IN_ZONE}}`, '{{zone}}')],
      empty: 'No DNS queries: AdGuard Home is not asked, or nobody asks it.',
      steps: ['green', [0.5, 'orange']],
      links: [toZone(ofSeries('zone'))],
    }),
    stat({
      title: 'Told clients',
      description: 'Clients that have a name of their own in the metrics: the 64 busiest of all zones.',
      span: 8,
      height: 4,
      unit: 'none',
      queries: [now(`count by (zone) (adguard_client_info{${CLIENT}})`, '{{zone}}')],
      empty: 'No client is told. Where AdGuard Home anonymises addresses none can be.',
      steps: ['blue'],
    }),
  ];
}

/** Rows are where clients are, columns what they use: AdGuard Home and Traefik see no other traffic between zones. */
function trafficMatrix(): Part {
  const dns = `label_replace(sum by (zone) (zone:adguard_dns_queries:rate5m{${IN_ZONE}}), "service", "DNS", "", "")`;
  const http = `sum by (zone, service) (${ofPlainService(`rate(homelab_http_requests_total{${HTTP}}[5m])`)})`;
  return matrix({
    title: 'From zone to service',
    description:
      'Requests a second from the zones (rows) to the services (columns), DNS among them; the darker, the more. Between zones other traffic passes, which neither AdGuard Home nor Traefik sees.',
    span: 12,
    height: 9,
    unit: 'reqps',
    decimals: 2,
    expr: `${http} or ${dns}`,
    row: 'zone',
    column: 'service',
    empty: 'No traffic is known.',
  });
}

function queriesCourse(): Part {
  return timeseries({
    title: 'DNS queries and what is usual',
    description:
      'DNS queries a second by zone, and the mean of the last 24 hours beside it. Usual is there from the third minute on, and means something after a day.',
    span: 12,
    height: 9,
    unit: 'reqps',
    queries: [
      course(`zone:adguard_dns_queries:rate5m{${IN_ZONE}}`, '{{zone}}'),
      course(`zone:adguard_dns_queries:avg1d{${IN_ZONE}}`, '{{zone}} usually'),
    ],
    empty: 'No DNS queries: AdGuard Home is not asked, or nobody asks it.',
  });
}

function bandwidth(): Part[] {
  const bytes = (direction: string): string =>
    `sum by (zone) (rate(homelab_http_${direction}_body_bytes_total{${HTTP}}[$__rate_interval]))`;
  return [
    timeseries({
      title: 'Bytes through Traefik',
      description:
        'Bodies of answers and requests (negative) a second by zone of the client. What does not go through Traefik is not in it.',
      span: 12,
      height: 8,
      unit: 'Bps',
      queries: [course(bytes('response'), '{{zone}} answers'), course(`-${bytes('request')}`, '{{zone}} requests')],
      empty: 'No requests through Traefik.',
    }),
    timeseries({
      title: 'Bytes of the machine',
      description:
        'All that the network interfaces of the machine receive and send (negative). An interface cannot be split into zones: this is for comparison.',
      span: 12,
      height: 8,
      unit: 'Bps',
      queries: [
        course('sum(instance:node_network_receive_bytes:rate5m)', 'received'),
        course('-sum(instance:node_network_transmit_bytes:rate5m)', 'sent'),
      ],
      empty: 'Nothing is known of the machine: node_exporter is not scraped.',
      isHeavy: true,
    }),
  ];
}

function clientTable(): Part {
  const queries = `sum by (client) (rate(adguard_client_dns_queries_total{${CLIENT}}[5m]))`;
  const blocked = `sum by (client) (rate(adguard_client_dns_queries_total{${CLIENT},${BLOCKED}}[5m]))`;
  const requests = `sum by (client) (rate(homelab_http_client_requests_total{${OF_CLIENT},${OF_SERVICE}}[5m]))`;
  return table({
    title: 'Clients',
    description:
      'Every told client with its zone, its kind of device and what it does: DNS queries, share blocked, HTTP requests.',
    span: 24,
    height: 10,
    empty: 'No client is told. Where AdGuard Home anonymises addresses none can be.',
    sortBy: 'queries',
    columns: [
      {
        field: 'told',
        title: 'Told',
        expr: `max by (client, name, zone, device_type) (adguard_client_info{${CLIENT}})`,
        isHidden: true,
      },
      { field: 'client', title: 'Client', link: toDomains(ofField('client')) },
      { field: 'name', title: 'Name' },
      { field: 'zone', title: 'Zone', link: toZone(ofField('zone')) },
      { field: 'device_type', title: 'Device' },
      {
        field: 'queries',
        title: 'DNS queries',
        expr: `${queries} and on (client) ${CLIENTS}`,
        unit: 'reqps',
        decimals: 2,
      },
      {
        field: 'blocked',
        title: 'Blocked',
        expr: `${share(blocked, queries)} and on (client) ${CLIENTS}`,
        unit: 'percentunit',
        decimals: 1,
        steps: ['green', [0.5, 'orange']],
      },
      {
        field: 'requests',
        title: 'HTTP requests',
        expr: `${requests} and on (client) ${CLIENTS}`,
        unit: 'reqps',
        decimals: 2,
      },
    ],
  });
}

function talkers(): Part[] {
  return [
    bars({
      title: 'Top talkers: clients',
      description:
        'The ten chosen clients with most DNS queries a second. What lies beyond the 64 told clients is left out: it is nobody.',
      span: 8,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, sum by (client) (rate(adguard_client_dns_queries_total{${CLIENT},client!="other"}[$__rate_interval])))`,
          '{{client}}',
        ),
      ],
      empty: 'No DNS queries by client.',
      steps: ['blue'],
      links: [toClient(ofSeries('client')), toDomains(ofSeries('client'))],
    }),
    bars({
      title: 'Top talkers: clients of services',
      description: 'The ten chosen clients with most requests a second to the chosen services.',
      span: 8,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, sum by (client) (rate(homelab_http_client_requests_total{${OF_CLIENT},${OF_SERVICE},client!="other"}[$__rate_interval])) and on (client) ${CLIENTS})`,
          '{{client}}',
        ),
      ],
      empty: 'No requests through Traefik.',
      steps: ['blue'],
      links: [toClient(ofSeries('client'))],
    }),
    bars({
      title: 'Top services',
      description: 'The ten services that the chosen zones ask most.',
      span: 8,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, ${byService(`rate(homelab_http_requests_total{${HTTP},service!="other"}[$__rate_interval])`)})`,
          '{{service}}',
        ),
      ],
      empty: 'No requests through Traefik.',
      steps: ['blue'],
      links: [toService(ofSeries('service'))],
    }),
  ];
}

function security(): Part[] {
  return [
    timeseries({
      title: 'Blocked queries',
      description: 'Blocked DNS queries a second by zone and by what blocked them.',
      span: 12,
      height: 8,
      unit: 'reqps',
      isStacked: true,
      queries: [
        course(
          `sum by (zone, result) (rate(adguard_dns_queries_total{${IN_ZONE},${BLOCKED}}[$__rate_interval]))`,
          '{{zone}} {{result}}',
        ),
      ],
      empty: 'Nothing is blocked.',
    }),
    table({
      title: 'Suspicious clients',
      description:
        'Scores from 0 to 1 of the last whole quarter of an hour: patterns (dga, tunnel, ...) and behaviour (volume, new domains, ...). Heuristics, no verdicts. Scores below 0.3 are left out.',
      span: 12,
      height: 8,
      empty: 'No client scores 0.3 or more. Scores are there after the first whole quarter of an hour.',
      sortBy: 'score',
      columns: [
        { field: 'client', title: 'Client', link: toDomains(ofField('client')) },
        { field: 'what', title: 'What' },
        {
          field: 'score',
          title: 'Score',
          expr: suspicious(),
          unit: 'percentunit',
          decimals: 0,
          steps: ['green', [0.5, 'orange'], [0.8, 'red']],
        },
      ],
      alarm: {
        steps: ['green'],
        whenRed:
          "look at what the client asked for (a click on it; names are in AdGuard Home's query log, and never in metrics) and at the device itself.",
        runbook: ['DnsUnusual'],
      },
    }),
  ];
}

function anomalies(): Part {
  return states({
    title: 'Anomalies',
    description:
      'When a zone behaves unlike itself: surges of queries, blocks or HTTP errors, new clients, silence, a degraded upstream. Heuristics over windows of minutes.',
    span: 24,
    height: 9,
    unit: 'bool_on_off',
    queries: [course(`max by (zone, type) (homelab_network_anomaly_active{${IN_ZONE}})`, '{{zone}} {{type}}')],
    empty: 'No zone has been seen yet.',
    links: [toZone(ofSeries('zone'))],
    alarm: {
      steps: ['green', [1, 'red']],
      whenRed: 'the panels above tell which clients and services it comes from.',
      runbook: ['DnsUnusual'],
    },
  });
}

/** Both families of scores, what it is about in one label. */
function suspicious(): string {
  const of = (family: string, label: string): string =>
    `label_replace(max by (client, ${label}) (${family}{${OF_CLIENT}} >= 0.3), "what", "$1", "${label}", "(.+)")`;
  const both = `max by (client, what) (${of('homelab_suspicious_pattern_score', 'pattern')} or ${of('homelab_client_behavior_score', 'behavior')})`;
  return `${both} and on (client) ${CLIENTS}`;
}
