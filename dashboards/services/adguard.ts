import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { BLOCKED, share } from '../shared/expressions.ts';
import type { Part } from '../shared/panel.ts';
import { stat, timeseries } from '../shared/panels.ts';
import { course, now } from '../shared/query.ts';
import { IN_ZONE } from '../shared/variables.ts';

/** AdGuard Home, which is a service that Traefik need not stand before. */
export function adguard(): Part[] {
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
