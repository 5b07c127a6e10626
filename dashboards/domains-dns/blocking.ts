import { BLOCKED } from '../shared/expressions.ts';
import type { Part } from '../shared/panel.ts';
import { bars } from '../shared/panels.ts';
import { now } from '../shared/query.ts';
import { table } from '../shared/table.ts';

/** What is blocked, and by what. */
export function blocking(): Part[] {
  const lists = 'max by (list_id, name, category) (adguard_filter_list_info)';
  return [
    table({
      title: 'Blocked domains',
      description:
        'The 50 domains that are blocked most, with the category of the list or service that knows them. A category of a block list is no judgement of a threat.',
      span: 12,
      height: 9,
      empty: 'Nothing is blocked.',
      sortBy: 'blocked',
      columns: [
        { field: 'domain', title: 'Domain' },
        {
          field: 'blocked',
          title: 'Blocked',
          expr: `topk(50, sum by (domain) (rate(adguard_domain_dns_queries_total{${BLOCKED},domain!="other"}[5m])) > 0)`,
          unit: 'reqps',
          decimals: 3,
        },
        {
          field: 'category_known',
          title: 'Known',
          expr: `max by (domain, category) (adguard_domain_category_info) and on (domain) topk(50, sum by (domain) (rate(adguard_domain_dns_queries_total{${BLOCKED},domain!="other"}[5m])) > 0)`,
          isHidden: true,
        },
        { field: 'category', title: 'Category' },
      ],
    }),
    bars({
      title: 'What blocks: lists',
      description: 'Queries a second that a rule of each filter list decided.',
      span: 6,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(15, sum by (list_id) (rate(adguard_filter_list_hits_total[$__rate_interval])) * on (list_id) group_left (name, category) ${lists})`,
          '{{name}} ({{category}})',
        ),
      ],
      empty: 'No filter list decides anything.',
      steps: ['blue'],
    }),
    bars({
      title: 'What blocks: services',
      description: 'Queries a second for services that are blocked as a whole (AdGuard Home: blocked services).',
      span: 6,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now('topk(15, sum by (service) (rate(adguard_blocked_service_hits_total[$__rate_interval])))', '{{service}}'),
      ],
      empty: 'No service is blocked as a whole, or nobody asks for one.',
      steps: ['blue'],
    }),
  ];
}
