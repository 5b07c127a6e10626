import type { Part } from './panel.ts';
import { table } from './table.ts';

const FILE = 'bastion_certificate_not_after_timestamp_seconds{kind="Certificate"}';

/** Every certificate that the operator looks after: when it ends, when it is renewed, and whether it is what is served. */
export function certificateTable(place: { span: number; height: number }): Part {
  const known = `${FILE} > 0`;
  return table({
    ...place,
    title: 'Certificates',
    description:
      'Time that is left of each certificate on the disk, time until its renewal (negative: it is due), and whether its consumers serve it. The soonest end is first.',
    empty: 'The operator is not scraped (Prometheus.spec.operator), or looks after no certificate.',
    sortBy: 'left',
    isAscending: true,
    columns: [
      { field: 'name', title: 'Certificate' },
      {
        field: 'left',
        title: 'Ends in',
        expr: `min by (name) (${known}) - time()`,
        unit: 's',
        steps: ['red', [3 * 86_400, 'orange'], [14 * 86_400, 'green']],
      },
      {
        field: 'renewal',
        title: 'Renewed in',
        expr: 'min by (name) (bastion_certificate_renewal_timestamp_seconds) - time()',
        unit: 's',
      },
      {
        field: 'served',
        title: 'Served',
        expr: 'min by (name) (bastion_certificate_served_current)',
        unit: 'bool_yes_no',
        steps: ['red', [1, 'green']],
      },
      {
        field: 'failures',
        title: 'Failed renewals, a day',
        expr: 'sum by (name) (increase(bastion_certificate_renewals_total{result="failure"}[1d]))',
        unit: 'none',
        decimals: 0,
        steps: ['green', [1, 'red']],
      },
    ],
    alarm: {
      steps: ['green'],
      whenRed: '`bastion certs` shows each with its reason, `bastion certs renew NAME` renews one now.',
      runbook: ['CertificateExpiring', 'CertificateNearlyExpired', 'CertificateNotServed'],
    },
  });
}
