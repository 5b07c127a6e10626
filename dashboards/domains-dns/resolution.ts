import { ofSeries, toZone } from '../shared/pages.ts';
import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { bars } from '../shared/panels.ts';
import { now } from '../shared/query.ts';
import { table } from '../shared/table.ts';
import { IN_ZONE } from '../shared/variables.ts';

/** Where domains lead, and who says so. */
export function resolution(): Part[] {
  return [
    table({
      title: 'Where domains lead',
      description:
        'Addresses that the busiest domains were resolved to, when each was seen last and the shortest time to live. A country cannot be told from an address here; the zones that ask are in the panel below.',
      span: 12,
      height: 10,
      empty: 'No domain is told.',
      sortBy: 'seen',
      columns: [
        { field: 'domain', title: 'Domain' },
        { field: 'address', title: 'Address' },
        {
          field: 'seen',
          title: 'Last seen',
          expr: '1000 * max by (domain, address) (homelab_domain_address_last_seen_timestamp_seconds)',
          unit: 'dateTimeFromNow',
        },
        {
          field: 'ttl',
          title: 'Time to live',
          expr: 'max by (domain, address) (homelab_domain_address_last_seen_timestamp_seconds) * 0 + on (domain) group_left () max by (domain) (homelab_domain_answer_ttl_seconds)',
          unit: 's',
        },
      ],
      isHeavy: true,
    }),
    bars({
      title: 'Which zone asks for what',
      description:
        'Queries a second by zone and type: where queries come from, which is what can be said of locations here.',
      span: 12,
      height: 10,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(20, sum by (zone, qtype) (rate(adguard_dns_queries_total{${IN_ZONE}}[$__rate_interval])))`,
          '{{zone}} {{qtype}}',
        ),
      ],
      empty: NOTHING.dns,
      steps: ['blue'],
      links: [toZone(ofSeries('zone'))],
    }),
    table({
      title: 'Upstreams',
      description: "Mean answer time of each upstream and its answers in AdGuard Home's own window of statistics.",
      span: 12,
      height: 9,
      empty: 'AdGuard Home tells no statistics.',
      sortBy: 'answers',
      columns: [
        { field: 'upstream', title: 'Upstream' },
        {
          field: 'mean',
          title: 'Mean time',
          expr: 'max by (upstream) (adguard_stats_upstream_avg_seconds)',
          unit: 's',
          decimals: 3,
        },
        {
          field: 'answers',
          title: 'Answers',
          expr: 'max by (upstream) (adguard_stats_upstream_responses)',
          unit: 'short',
          decimals: 0,
        },
      ],
    }),
  ];
}
