import { adguard } from './services/adguard.ts';
import { balancing } from './services/balancing.ts';
import { users } from './services/users.ts';
import { alertTable } from './shared/alerts.ts';
import { certificateTable } from './shared/certificates.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { byService, ofPlainService } from './shared/expressions.ts';
import { UIDS } from './shared/names.ts';
import { ofSeries, toService } from './shared/pages.ts';
import { NOTHING } from './shared/nothing.ts';
import type { Part } from './shared/panel.ts';
import { heatmap, timeseries } from './shared/panels.ts';
import { course } from './shared/query.ts';
import { OF_SERVICE } from './shared/variables.ts';

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
      empty: NOTHING.http,
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
      empty: NOTHING.http,
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
  const mean = `service:traefik_service_request_duration_seconds:mean5m{${OF_SERVICE}}`;
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
        course(`max by (service) (${ofPlainService(mean)})`, '{{service}} mean'),
      ],
      empty: NOTHING.http,
    }),
    heatmap({
      title: 'Times of all answers',
      description: 'How many answers of the chosen services a second took how long.',
      span: 12,
      height: 8,
      unit: 'reqps',
      axisUnit: 's',
      queries: [{ ...course(`sum by (le) (${buckets})`, '{{le}}'), format: 'heatmap' }],
      empty: NOTHING.http,
      isHeavy: true,
    }),
  ];
}
