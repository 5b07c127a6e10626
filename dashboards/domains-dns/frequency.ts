import { ofField, toClient } from '../shared/pages.ts';
import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { bars } from '../shared/panels.ts';
import { now } from '../shared/query.ts';
import { table } from '../shared/table.ts';
import { IN_ZONE, OF_CLIENT } from '../shared/variables.ts';

/** What is asked for most, and by whom. */
export function frequency(): Part[] {
  return [
    bars({
      title: 'Most asked domains',
      description: 'The 15 domains that are asked for most, a second, of all zones. Rare ones are together in "other".',
      span: 12,
      height: 11,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          'topk(15, sum by (domain) (rate(adguard_domain_dns_queries_total{domain!="other"}[$__rate_interval])))',
          '{{domain}}',
        ),
      ],
      empty: NOTHING.dns,
      steps: ['blue'],
    }),
    table({
      title: 'Who asks for which domain',
      description:
        'The 50 busiest pairs of client and domain of the chosen clients. The ten that a client asks for most have a name; what is rarer is left out.',
      span: 12,
      height: 11,
      empty: NOTHING.clientDomains,
      sortBy: 'queries',
      columns: [
        { field: 'client', title: 'Client', link: toClient(ofField('client')) },
        { field: 'domain', title: 'Domain' },
        {
          field: 'queries',
          title: 'Queries',
          expr: `topk(50, sum by (client, domain) (rate(adguard_client_domain_dns_queries_total{${OF_CLIENT},domain!="other"}[5m])) and on (client) adguard_client_info{${IN_ZONE},${OF_CLIENT}})`,
          unit: 'reqps',
          decimals: 3,
        },
      ],
      isHeavy: true,
    }),
  ];
}
