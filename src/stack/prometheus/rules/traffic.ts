import { BLOCKED } from './blocked.ts';
import type { AlertRule, RecordingCase, RecordingRule, RuleGroup } from './rule.ts';

/** Slow averages are not needed more often; shorter than the five minutes for which a sample counts. */
const SLOW = '2m';
/** No traffic of its own: what goes through these is counted elsewhere, or never leaves the machine. */
const DEVICES = 'device!~"lo|veth.*|br-.*|docker.*"';

/** A rate whose usual course is recorded, too. */
interface Baseline {
  /** Name up to the window: `zone:adguard_dns_queries`. */
  readonly name: string;
  readonly by: string;
  readonly metric: string;
  /** A counter to show the rule with, and the labels that are left. */
  readonly example: { readonly series: string; readonly labels: Readonly<Record<string, string>> };
}

const SERVICE = { service: 'memos@file' };
const ZONE = { zone: 'trusted' };

const BASELINES: readonly Baseline[] = [
  ofService('traefik_service_requests', 'traefik_service_requests_total'),
  ofService('traefik_service_request_bytes', 'traefik_service_requests_bytes_total'),
  ofService('traefik_service_response_bytes', 'traefik_service_responses_bytes_total'),
  ofZone('adguard_dns_queries', 'adguard_dns_queries_total'),
  ofZone('homelab_http_requests', 'homelab_http_requests_total'),
  ofZone('homelab_http_response_body_bytes', 'homelab_http_response_body_bytes_total'),
  ofMachine('node_network_receive_bytes', 'node_network_receive_bytes_total'),
  ofMachine('node_network_transmit_bytes', 'node_network_transmit_bytes_total'),
];

function ofService(name: string, metric: string): Baseline {
  const series = `${metric}{service="memos@file",code="200",method="GET"}`;
  return { name: `service:${name}`, by: 'service', metric, example: { series, labels: SERVICE } };
}

function ofZone(name: string, metric: string): Baseline {
  return { name: `zone:${name}`, by: 'zone', metric, example: { series: `${metric}{zone="trusted"}`, labels: ZONE } };
}

function ofMachine(name: string, metric: string): Baseline {
  const series = `${metric}{instance="node-exporter.lab:9100",device="eth0"}`;
  return {
    name: `instance:${name}`,
    by: 'instance',
    metric: `${metric}{${DEVICES}}`,
    example: { series, labels: { instance: 'node-exporter.lab:9100' } },
  };
}

/** Traffic by service, zone and machine, as it is and as it usually is, and what it looks like when it goes wrong. */
export function trafficRules(): readonly RuleGroup[] {
  return [
    { name: 'bastion-traffic', rules: [...BASELINES.map(rateRule), ...ratioRules(), ...trafficAlerts()] },
    { name: 'bastion-traffic-usual', interval: SLOW, rules: BASELINES.flatMap(usualRules) },
  ];
}

function rateRule({ name, by, metric, example }: Baseline): RecordingRule {
  return {
    record: `${name}:rate5m`,
    expr: `sum by (${by}) (rate(${metric}[5m]))`,
    cases: [{ series: { [example.series]: '0+120x20' }, at: '10m', values: [{ labels: example.labels, value: 2 }] }],
  };
}

function usualRules({ name, example }: Baseline): RecordingRule[] {
  const rate = `${name}:rate5m`;
  const labels = Object.entries(example.labels).map(([label, value]) => `${label}="${value}"`);
  const cases: RecordingCase[] = [
    {
      step: '30m',
      series: { [`${rate}{${labels.join(',')}}`]: '2+0x5' },
      at: '90m',
      values: [{ labels: example.labels, value: 2 }],
    },
  ];
  return [
    { record: `${name}:avg1h`, expr: `avg_over_time(${rate}[1h])`, cases },
    { record: `${name}:avg1d`, expr: `avg_over_time(${rate}[1d])`, cases },
    { record: `${name}:stddev1d`, expr: `stddev_over_time(${rate}[1d])` },
  ];
}

function ratioRules(): RecordingRule[] {
  return [
    {
      record: 'service:traefik_service_errors:ratio_rate5m',
      // A service that never failed has no series of failures: its share is 0, and not unknown. Of nothing there is none.
      expr: '(sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[5m])) or 0 * sum by (service) (rate(traefik_service_requests_total[5m]))) / (sum by (service) (rate(traefik_service_requests_total[5m])) > 0)',
      cases: [
        {
          series: {
            ...errors('0+30x20'),
            'traefik_service_requests_total{service="well@file",code="200"}': '0+90x20',
          },
          at: '10m',
          values: [
            { labels: SERVICE, value: 0.25 },
            { labels: { service: 'well@file' }, value: 0 },
          ],
        },
        {
          series: { 'traefik_service_requests_total{service="silent@file",code="200"}': '5+0x20' },
          at: '10m',
          values: [],
        },
      ],
    },
    {
      record: 'zone:adguard_dns_blocked:ratio_rate5m',
      expr: `(sum by (zone) (rate(adguard_dns_queries_total{${BLOCKED}}[5m])) or 0 * sum by (zone) (rate(adguard_dns_queries_total[5m]))) / (sum by (zone) (rate(adguard_dns_queries_total[5m])) > 0)`,
      cases: [
        {
          series: {
            'adguard_dns_queries_total{zone="trusted",result="allowed"}': '0+90x20',
            'adguard_dns_queries_total{zone="trusted",result="blocked_service"}': '0+30x20',
          },
          at: '10m',
          values: [{ labels: ZONE, value: 0.25 }],
        },
        {
          // What safe browsing refuses is blocked; what safe search answers is not; of a silent zone there is no share.
          series: {
            'adguard_dns_queries_total{zone="iot",result="safebrowsing"}': '0+30x20',
            'adguard_dns_queries_total{zone="iot",result="safesearch"}': '0+90x20',
            'adguard_dns_queries_total{zone="guest",result="allowed"}': '5+0x20',
          },
          at: '10m',
          values: [{ labels: { zone: 'iot' }, value: 0.25 }],
        },
      ],
    },
    {
      record: 'instance:node_cpu_busy:ratio_rate5m',
      expr: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
      cases: [
        {
          series: {
            'node_cpu_seconds_total{instance="node-exporter.lab:9100",cpu="0",mode="idle"}': '0+15x20',
            'node_cpu_seconds_total{instance="node-exporter.lab:9100",cpu="1",mode="idle"}': '0+45x20',
          },
          at: '10m',
          values: [{ labels: { instance: 'node-exporter.lab:9100' }, value: 0.5 }],
        },
      ],
    },
  ];
}

function trafficAlerts(): AlertRule[] {
  return [
    {
      alert: 'ServiceErrors',
      expr: 'service:traefik_service_errors:ratio_rate5m > 0.05 and service:traefik_service_requests:rate5m > 0.05',
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.service }} answers with errors',
      description: '{{ $value | humanizePercentage }} of its answers were 5xx in the last five minutes.',
      cases: [
        { when: 'a quarter of its answers are errors', series: errors('0+30x40'), at: '20m', fires: [SERVICE] },
        { when: 'one in a thousand is', series: errors('0+0.06x40'), at: '20m', fires: [] },
      ],
    },
    {
      alert: 'ServiceDown',
      expr: 'traefik_service_server_up == 0',
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.service }} fails the health check of Traefik',
      description: 'Traefik sends nobody to {{ $labels.url }} until it answers again.',
      cases: [
        {
          when: 'it does not answer',
          series: serverUp('1 0+0x10'),
          at: '8m',
          fires: [{ ...SERVICE, url: 'http://memos:5230' }],
        },
        { when: 'it answers again', series: serverUp('1 0 0 1+0x10'), at: '8m', fires: [] },
      ],
    },
    unusual(
      'TrafficUnusual',
      '{{ $labels.service }} gets far more requests than usual',
      'service:traefik_service_requests',
      SERVICE,
    ),
    unusual('DnsUnusual', 'Zone {{ $labels.zone }} asks far more than usual', 'zone:adguard_dns_queries', ZONE),
  ];
}

/** Four deviations and four times the mean of a day above it; not in the first day, when nothing is usual. */
function unusual(alert: string, summary: string, name: string, labels: Readonly<Record<string, string>>): AlertRule {
  const rate = `${name}:rate5m`;
  // As recorded already, since a day of its counters would be long.
  const of = `${rate}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
  return {
    alert,
    expr: `${rate} > ${name}:avg1d + 4 * ${name}:stddev1d and ${rate} > 4 * ${name}:avg1d and ${rate} > 1 and ${rate} offset 1d`,
    for: '5m',
    severity: 'info',
    summary,
    description: '{{ $value | humanize }} a second in the last five minutes. Look at the dashboards who asks.',
    cases: [
      {
        when: 'it rises twentyfold after a day',
        step: '30m',
        series: { [of]: '1+0x49 20+0x5' },
        at: '1530m',
        fires: [labels],
      },
      { when: 'it is as it was', step: '30m', series: { [of]: '1+0x60' }, at: '1530m', fires: [] },
      { when: 'it is the first day', step: '30m', series: { [of]: '1+0x10 20+0x5' }, at: '390m', fires: [] },
    ],
  };
}

function errors(ofServer: string): Readonly<Record<string, string>> {
  return {
    'traefik_service_requests_total{service="memos@file",code="200"}': '0+90x40',
    'traefik_service_requests_total{service="memos@file",code="500"}': ofServer,
  };
}

function serverUp(values: string): Readonly<Record<string, string>> {
  return { 'traefik_service_server_up{service="memos@file",url="http://memos:5230"}': values };
}
