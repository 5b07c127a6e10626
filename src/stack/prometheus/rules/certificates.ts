import type { RuleGroup } from './rule.ts';

const NOT_AFTER = 'bastion_certificate_not_after_timestamp_seconds{kind="Certificate"}';
const RENEWAL = 'bastion_certificate_renewal_timestamp_seconds';
/** From the day on which it should have been renewed to its end. */
const WINDOW = `(${NOT_AFTER} - on (instance, name) ${RENEWAL})`;
const MATCH = '< on (instance, name)';

const GRAFANA = { instance: 'operator.lab:9479', name: 'grafana' };
const OF = 'job="bastion",instance="operator.lab:9479"';

/** A certificate whose end and renewal lie at these seconds; the tests begin at second 0. */
function certificate(notAfter: number, renewal: number | 'NaN'): Readonly<Record<string, string>> {
  return {
    [`bastion_certificate_not_after_timestamp_seconds{${OF},kind="Certificate",name="grafana"}`]: `${notAfter}+0x20`,
    [`bastion_certificate_renewal_timestamp_seconds{${OF},name="grafana"}`]:
      renewal === 'NaN' ? 'NaN+0x20' : `${renewal}+0x20`,
  };
}

/** Certificates as files and as they are served. Shares of their own time are asked for, so that short ones can be held, too. */
export function certificateRules(): RuleGroup {
  return {
    name: 'bastion-certificates',
    rules: [
      {
        alert: 'CertificateExpiring',
        expr: `(${NOT_AFTER} - time()) ${MATCH} (0.5 * ${WINDOW})`,
        for: '15m',
        severity: 'warning',
        summary: 'Certificate {{ $labels.name }} was not renewed in time',
        description:
          'Half of the time between its renewal and its end is over; {{ $value | humanizeDuration }} are left.',
        cases: [
          {
            when: 'half of the time for renewal is over',
            step: '30m',
            series: certificate(20_000, 0),
            at: '210m',
            fires: [GRAFANA],
          },
          { when: 'it is due, but not for long', step: '30m', series: certificate(20_000, 0), at: '150m', fires: [] },
          { when: 'it is not due', step: '30m', series: certificate(90_000, 80_000), at: '210m', fires: [] },
          { when: 'there is none yet', step: '30m', series: certificate(0, 'NaN'), at: '210m', fires: [] },
        ],
      },
      {
        alert: 'CertificateNearlyExpired',
        expr: `(${NOT_AFTER} - time()) ${MATCH} (0.1 * ${WINDOW})`,
        severity: 'critical',
        summary: 'Certificate {{ $labels.name }} is about to expire, or has expired',
        description: '{{ $value | humanizeDuration }} are left. Once it has expired, nobody talks to its service.',
        cases: [
          {
            when: 'a tenth of the time for renewal is left',
            step: '30m',
            series: certificate(10_000, 0),
            at: '180m',
            fires: [GRAFANA],
          },
          { when: 'more than that is left', step: '30m', series: certificate(10_000, 0), at: '120m', fires: [] },
        ],
      },
      {
        alert: 'CertificateAuthorityExpiring',
        expr: 'bastion_certificate_not_after_timestamp_seconds{kind="CertificateAuthority"} > 0 and bastion_certificate_not_after_timestamp_seconds{kind="CertificateAuthority"} - time() < 180 * 86400',
        for: '1h',
        severity: 'warning',
        summary: 'The authority {{ $labels.name }} ends within half a year',
        description: 'Rotating an authority takes time, because everybody has to trust the new one first.',
        cases: [
          {
            when: 'it ends in a hundred days',
            step: '30m',
            series: authority(100),
            at: '2h',
            fires: [authorityLabels()],
          },
          { when: 'it ends in a year', step: '30m', series: authority(365), at: '2h', fires: [] },
          { when: 'there is none yet', step: '30m', series: authority(0), at: '2h', fires: [] },
        ],
      },
      {
        alert: 'CertificateNotServed',
        expr: 'bastion_certificate_served_current == 0',
        for: '1h',
        severity: 'warning',
        summary: '{{ $labels.consumer }} still serves an old certificate',
        description: 'What it serves is not what lies on the disk for {{ $labels.name }}.',
        cases: [
          {
            when: 'it serves an old one for more than an hour',
            step: '30m',
            series: served('0+0x20'),
            at: '2h',
            fires: [servedLabels()],
          },
          { when: 'it serves the present one', step: '30m', series: served('1+0x20'), at: '2h', fires: [] },
        ],
      },
      {
        alert: 'ServedCertificateExpiring',
        expr: 'traefik_tls_certs_not_after - time() < 7 * 86400',
        for: '1h',
        severity: 'warning',
        summary: 'Traefik serves a certificate of {{ $labels.cn }} that ends soon',
        description: '{{ $value | humanizeDuration }} are left.',
        cases: [
          {
            when: 'it ends in two days',
            step: '30m',
            series: { 'traefik_tls_certs_not_after{cn="traefik"}': `${2 * 86_400}+0x20` },
            at: '2h',
            fires: [{ cn: 'traefik' }],
          },
          {
            when: 'it ends in twenty days',
            step: '30m',
            series: { 'traefik_tls_certs_not_after{cn="traefik"}': `${20 * 86_400}+0x20` },
            at: '2h',
            fires: [],
          },
        ],
      },
    ],
  };
}

function authorityLabels(): Readonly<Record<string, string>> {
  return { job: 'bastion', instance: 'operator.lab:9479', kind: 'CertificateAuthority', name: 'lab' };
}

function authority(days: number): Readonly<Record<string, string>> {
  const labels = `${OF},kind="CertificateAuthority",name="lab"`;
  return { [`bastion_certificate_not_after_timestamp_seconds{${labels}}`]: `${days * 86_400}+0x20` };
}

function servedLabels(): Readonly<Record<string, string>> {
  return { job: 'bastion', instance: 'operator.lab:9479', name: 'grafana', consumer: 'grafana' };
}

function served(current: string): Readonly<Record<string, string>> {
  return { [`bastion_certificate_served_current{${OF},name="grafana",consumer="grafana"}`]: current };
}
