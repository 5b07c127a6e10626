import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { alertTable } from './shared/alerts.ts';
import { certificateTable } from './shared/certificates.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { BLOCKED, byService, ofPlainService, share } from './shared/expressions.ts';
import { UIDS } from './shared/names.ts';
import { ofSeries, toClient, toService, toZone } from './shared/pages.ts';
import { bars, heatmap, states, stat, timeseries } from './shared/panels.ts';
import type { Part } from './shared/panel.ts';
import { course, now } from './shared/query.ts';
import { IN_ZONE, OF_CLIENT, OF_SERVICE } from './shared/variables.ts';

const ALERTS = [
  'ServiceErrors',
  'ServiceDown',
  'TrafficUnusual',
  'ServedCertificateExpiring',
  'CertificateExpiring',
  'CertificateNearlyExpired',
  'CertificateNotServed',
  'TargetDown',
];
const NO_HTTP = 'No requests through Traefik, or it is not scraped.';
const NO_HEALTH = 'No service has a health check in Traefik.';

/** Each service behind Traefik, Traefik and AdGuard Home themselves, and their certificates. */
export function services(): DashboardSpec {
  return {
    uid: UIDS.services,
    title: 'Services',
    description: 'Each service behind Traefik: requests, times, errors, health, servers; AdGuard Home; certificates.',
    variables: ['zone', 'client', 'service'],
    alerts: ALERTS,
    parts: [
      ...traefik(),
      ...times(),
      ...balancing(),
      ...users(),
      ...adguard(),
      certificateTable({ span: 16, height: 9 }),
      timeseries({
        title: 'Served by Traefik',
        description: 'Time until the certificates that Traefik serves end, by their common name.',
        span: 8,
        height: 9,
        unit: 's',
        queries: [course('min by (cn) (traefik_tls_certs_not_after) - time()', '{{cn}}')],
        empty: 'Traefik is not scraped.',
        alarm: {
          steps: ['red', [7 * 86_400, 'green']],
          whenRed: "`bastion certs` shows what is on the disk; one of somebody else's is renewed where it comes from.",
          runbook: ['ServedCertificateExpiring'],
        },
      }),
      alertTable(ALERTS, { span: 24, height: 7 }),
    ],
  };
}

function traefik(): Part[] {
  const usual = byService(`service:traefik_service_requests:avg1d{${OF_SERVICE}}`);
  return [
    timeseries({
      title: 'Requests',
      description:
        'Requests a second to each service, and the mean of the last 24 hours, which is there from the third minute on.',
      span: 12,
      height: 8,
      unit: 'reqps',
      queries: [
        course(byService(`service:traefik_service_requests:rate5m{${OF_SERVICE}}`), '{{service}}'),
        course(usual, '{{service}} usually'),
      ],
      empty: NO_HTTP,
      links: [toService(ofSeries('service'))],
    }),
    timeseries({
      title: 'Errors',
      description:
        'Share of the answers of each service that are 5xx. What Traefik answers in place of a service without a healthy server (503) is not counted by it: see Health of servers.',
      span: 12,
      height: 8,
      unit: 'percentunit',
      min: 0,
      queries: [
        course(
          `max by (service) (${ofPlainService(`service:traefik_service_errors:ratio_rate5m{${OF_SERVICE}}`)})`,
          '{{service}}',
        ),
      ],
      empty: NO_HTTP,
      alarm: {
        steps: ['green', [0.05, 'red']],
        whenRed:
          'look at Health of servers: red there, it does not answer; green there, it answers with errors, and its own log says why.',
        runbook: ['ServiceErrors', 'ServiceDown'],
      },
    }),
  ];
}

function times(): Part[] {
  const buckets = `rate(homelab_http_origin_seconds_bucket{${OF_SERVICE}}[$__rate_interval])`;
  const traefikMean = share(
    byService(`rate(traefik_service_request_duration_seconds_sum{${OF_SERVICE}}[$__rate_interval])`),
    byService(`rate(traefik_service_request_duration_seconds_count{${OF_SERVICE}}[$__rate_interval])`),
  );
  return [
    timeseries({
      title: 'Time of an answer',
      description:
        'The time within which 19 of 20 requests are answered by the service, and the mean with all that Traefik adds.',
      span: 12,
      height: 8,
      unit: 's',
      queries: [
        course(`histogram_quantile(0.95, sum by (le, service) (${ofPlainService(buckets)}))`, '{{service}} 95 %'),
        course(traefikMean, '{{service}} mean'),
      ],
      empty: NO_HTTP,
    }),
    heatmap({
      title: 'Times of all answers',
      description: 'How many answers of the chosen services a second took how long.',
      span: 12,
      height: 8,
      unit: 'reqps',
      axisUnit: 's',
      queries: [{ ...course(`sum by (le) (${buckets})`, '{{le}}'), format: 'heatmap' }],
      empty: NO_HTTP,
      isHeavy: true,
    }),
  ];
}

function balancing(): Part[] {
  const ofServers = `rate(homelab_http_server_requests_total{${OF_SERVICE}}[$__rate_interval])`;
  return [
    states({
      title: 'Health of servers',
      description:
        'Whether each server passes the health check of Traefik. One that fails gets no requests until it passes again.',
      span: 12,
      height: 8,
      unit: 'bool_on_off',
      queries: [
        course(
          `min by (service, url) (${ofPlainService(`traefik_service_server_up{${OF_SERVICE}}`)})`,
          '{{service}} {{url}}',
        ),
      ],
      empty: NO_HEALTH,
      alarm: {
        steps: ['red', [1, 'green']],
        whenRed: 'the server does not answer Traefik: `bastion status` and `docker logs` of its container say why.',
        runbook: ['ServiceDown'],
      },
    }),
    bars({
      title: 'Load by server',
      description: 'Share of the requests of a service that each of its servers answers.',
      span: 6,
      height: 8,
      unit: 'percentunit',
      decimals: 0,
      min: 0,
      max: 1,
      queries: [
        now(
          `sum by (service, server) (${ofPlainService(ofServers)}) / on (service) group_left () (${byService(ofServers)} > 0)`,
          '{{service}} {{server}}',
        ),
      ],
      empty: NO_HTTP,
      steps: ['blue'],
    }),
    bars({
      title: 'Failovers',
      description:
        'How often a server fell out of the balancing or came back within the last day. None is a bar of length 0.',
      span: 6,
      height: 8,
      unit: 'none',
      queries: [now(byService(`changes(traefik_service_server_up{${OF_SERVICE}}[1d])`), '{{service}}')],
      empty: NO_HEALTH,
      alarm: {
        steps: ['green', [1, 'orange'], [6, 'red']],
        whenRed: 'the service comes and goes: its memory limit and its log are the places to look.',
        runbook: ['ServiceDown', 'MemberRestarting'],
      },
    }),
  ];
}

function users(): Part[] {
  return [
    bars({
      title: 'Who uses it: zones',
      description: 'Requests a second to the chosen services by zone of the client.',
      span: 6,
      height: 8,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `sum by (zone) (rate(homelab_http_requests_total{${IN_ZONE},${OF_SERVICE}}[$__rate_interval]))`,
          '{{zone}}',
        ),
      ],
      empty: NO_HTTP,
      steps: ['blue'],
      links: [toZone(ofSeries('zone'))],
    }),
    bars({
      title: 'Who uses it: clients',
      description: 'The ten chosen clients with most requests to the chosen services, a second.',
      span: 6,
      height: 8,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, sum by (client) (rate(homelab_http_client_requests_total{${OF_CLIENT},${OF_SERVICE},client!="other"}[$__rate_interval])) and on (client) adguard_client_info{${IN_ZONE},${OF_CLIENT}})`,
          '{{client}}',
        ),
      ],
      empty: NO_HTTP,
      steps: ['blue'],
      links: [toClient(ofSeries('client'))],
    }),
    timeseries({
      title: 'Answers by class',
      description: 'Answers a second by class of status: 5xx are errors of servers, 4xx of clients.',
      span: 6,
      height: 8,
      unit: 'reqps',
      isStacked: true,
      queries: [
        course(
          `sum by (code_class) (rate(homelab_http_requests_total{${IN_ZONE},${OF_SERVICE}}[$__rate_interval]))`,
          '{{code_class}}',
        ),
      ],
      empty: NO_HTTP,
      isHeavy: true,
    }),
    timeseries({
      title: 'Open connections',
      description: 'Connections that are open at each entry point of Traefik; by service they cannot be had.',
      span: 6,
      height: 8,
      unit: 'none',
      queries: [course('sum by (entrypoint) (traefik_open_connections)', '{{entrypoint}}')],
      empty: 'Traefik is not scraped.',
      isHeavy: true,
    }),
  ];
}

function adguard(): Part[] {
  const dns = `sum(rate(adguard_dns_queries_total{${IN_ZONE}}[$__rate_interval]))`;
  return [
    stat({
      title: 'AdGuard Home',
      description: 'Whether AdGuard Home answers the exporter, and whether it filters.',
      span: 8,
      height: 4,
      unit: 'none',
      queries: [now('min(adguard_up)', 'answers'), now('min(adguard_protection_enabled)', 'filters')],
      empty: 'The exporter is not told to ask AdGuard Home.',
      mappings: [
        {
          type: MappingType.ValueToText,
          options: { 0: { text: 'no', color: 'red', index: 0 }, 1: { text: 'yes', color: 'green', index: 1 } },
        },
      ],
      alarm: {
        steps: ['red', [1, 'green']],
        whenRed:
          'when it does not answer: is its container up, and is the password in adguard-password its own? When it does not filter: somebody switched protection off on its page.',
        runbook: ['TargetDown'],
      },
    }),
    stat({
      title: 'Blocked by AdGuard Home',
      description: 'Share of the queries of the chosen zones that it blocks.',
      span: 4,
      height: 4,
      unit: 'percentunit',
      decimals: 1,
      queries: [now(share(`sum(rate(adguard_dns_queries_total{${IN_ZONE},${BLOCKED}}[$__rate_interval]))`, dns))],
      empty: 'No DNS queries.',
      steps: ['blue'],
    }),
    timeseries({
      title: 'Times of DNS',
      description:
        "Mean time of a query in AdGuard Home's own window of statistics, and of each upstream. The window moves by hours, so these move slowly.",
      span: 12,
      height: 8,
      unit: 's',
      queries: [
        course('max(adguard_stats_avg_processing_seconds)', 'all queries'),
        course('max by (upstream) (adguard_stats_upstream_avg_seconds)', '{{upstream}}'),
      ],
      empty: 'AdGuard Home tells no statistics.',
      isHeavy: true,
    }),
  ];
}
