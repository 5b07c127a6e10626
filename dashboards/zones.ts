import { alertTable } from './shared/alerts.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { ofPlainService } from './shared/expressions.ts';
import { matrix } from './shared/matrix.ts';
import { UIDS } from './shared/names.ts';
import { ofSeries, toZone } from './shared/pages.ts';
import { NOTHING } from './shared/nothing.ts';
import type { Part } from './shared/panel.ts';
import { stat, states, timeseries } from './shared/panels.ts';
import { course, now } from './shared/query.ts';
import { IN_ZONE } from './shared/variables.ts';
import { clientTable } from './zones/clients.ts';
import { security } from './zones/security.ts';
import { CLIENT, HTTP } from './zones/selectors.ts';
import { talkers } from './zones/talkers.ts';

const ALERTS = ['DnsUnusual', 'TrafficUnusual', 'ServiceErrors'];

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
      empty: NOTHING.dns,
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
      empty: NOTHING.dns,
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
    empty: NOTHING.dns,
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
