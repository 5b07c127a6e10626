import { BLOCKED } from '../shared/expressions.ts';
import { ofField, toDomains } from '../shared/pages.ts';
import type { Part } from '../shared/panel.ts';
import { timeseries } from '../shared/panels.ts';
import { course } from '../shared/query.ts';
import { table } from '../shared/table.ts';
import { IN_ZONE, OF_CLIENT } from '../shared/variables.ts';
import { CLIENTS } from './selectors.ts';

/** What is blocked, and what looks suspicious. */
export function security(): Part[] {
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

/** Both families of scores, what it is about in one label. */
function suspicious(): string {
  const of = (family: string, label: string): string =>
    `label_replace(max by (client, ${label}) (${family}{${OF_CLIENT}} >= 0.3), "what", "$1", "${label}", "(.+)")`;
  const both = `max by (client, what) (${of('homelab_suspicious_pattern_score', 'pattern')} or ${of('homelab_client_behavior_score', 'behavior')})`;
  return `${both} and on (client) ${CLIENTS}`;
}
