import { byService } from '../shared/expressions.ts';
import { ofSeries, toClient, toDomains, toService } from '../shared/pages.ts';
import type { Part } from '../shared/panel.ts';
import { bars } from '../shared/panels.ts';
import { now } from '../shared/query.ts';
import { OF_CLIENT, OF_SERVICE } from '../shared/variables.ts';
import { CLIENT, CLIENTS, HTTP } from './selectors.ts';

/** Who and what is busiest. */
export function talkers(): Part[] {
  return [
    bars({
      title: 'Top talkers: clients',
      description:
        'The ten chosen clients with most DNS queries a second. What lies beyond the 64 told clients is left out: it is nobody.',
      span: 8,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, sum by (client) (client_zone:adguard_client_dns_queries:rate5m{${CLIENT},client!="other"}))`,
          '{{client}}',
        ),
      ],
      empty: 'No DNS queries by client.',
      steps: ['blue'],
      links: [toClient(ofSeries('client')), toDomains(ofSeries('client'))],
    }),
    bars({
      title: 'Top talkers: clients of services',
      description: 'The ten chosen clients with most requests a second to the chosen services.',
      span: 8,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, sum by (client) (rate(homelab_http_client_requests_total{${OF_CLIENT},${OF_SERVICE},client!="other"}[$__rate_interval])) and on (client) ${CLIENTS})`,
          '{{client}}',
        ),
      ],
      empty: 'No requests through Traefik.',
      steps: ['blue'],
      links: [toClient(ofSeries('client'))],
    }),
    bars({
      title: 'Top services',
      description: 'The ten services that the chosen zones ask most.',
      span: 8,
      height: 9,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, ${byService(`rate(homelab_http_requests_total{${HTTP},service!="other"}[$__rate_interval])`)})`,
          '{{service}}',
        ),
      ],
      empty: 'No requests through Traefik.',
      steps: ['blue'],
      links: [toService(ofSeries('service'))],
    }),
  ];
}
