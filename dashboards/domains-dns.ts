import { blocking } from './domains-dns/blocking.ts';
import { clientsAndDomains } from './domains-dns/clients-and-domains.ts';
import { frequency } from './domains-dns/frequency.ts';
import { resolution } from './domains-dns/resolution.ts';
import { alertTable } from './shared/alerts.ts';
import type { DashboardSpec } from './shared/dashboard.ts';
import { BLOCKED, share } from './shared/expressions.ts';
import { UIDS } from './shared/names.ts';
import { NOTHING } from './shared/nothing.ts';
import type { Part } from './shared/panel.ts';
import { heatmap, stat, timeseries } from './shared/panels.ts';
import { course, now, type Query } from './shared/query.ts';
import { IN_ZONE, OF_CLIENT } from './shared/variables.ts';

const ALERTS = ['DnsUnusual', 'TargetDown'];

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
    stat({ title, description, span: 6, height: 4, queries: [query], empty: NOTHING.dns, steps: ['blue'], ...more });
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
      empty: NOTHING.dns,
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
      empty: NOTHING.dns,
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
      empty: NOTHING.dns,
      isHeavy: true,
    }),
    timeseries({
      title: 'Slowest twentieth by upstream',
      description: 'The time within which 19 of 20 queries are answered, by the upstream that was asked.',
      span: 12,
      height: 9,
      unit: 's',
      queries: [course(quantile('0.95'), '{{upstream}}')],
      empty: NOTHING.dns,
      alarm: {
        steps: ['green', [1, 'red']],
        whenRed:
          'the upstream is slow or far away: take it out in AdGuard Home, or look at the connection to the internet.',
        runbook: ['DnsUnusual'],
      },
    }),
  ];
}
