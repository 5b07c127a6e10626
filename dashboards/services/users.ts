import { ofSeries, toClient, toZone } from '../shared/pages.ts';
import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { bars, timeseries } from '../shared/panels.ts';
import { course, now } from '../shared/query.ts';
import { IN_ZONE, OF_CLIENT, OF_SERVICE } from '../shared/variables.ts';

/** Who uses the services, and how they are answered. */
export function users(): Part[] {
  return [
    bars({
      title: 'Who uses it: zones',
      description: 'Requests a second to the chosen services by zone of the client.',
      span: 6,
      height: 8,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `sum by (zone) (rate(homelab_http_requests_total{${IN_ZONE},${OF_SERVICE}}[$__rate_interval]))`,
          '{{zone}}',
        ),
      ],
      empty: NOTHING.http,
      steps: ['blue'],
      links: [toZone(ofSeries('zone'))],
    }),
    bars({
      title: 'Who uses it: clients',
      description: 'The ten chosen clients with most requests to the chosen services, a second.',
      span: 6,
      height: 8,
      unit: 'reqps',
      decimals: 2,
      queries: [
        now(
          `topk(10, sum by (client) (rate(homelab_http_client_requests_total{${OF_CLIENT},${OF_SERVICE},client!="other"}[$__rate_interval])) and on (client) adguard_client_info{${IN_ZONE},${OF_CLIENT}})`,
          '{{client}}',
        ),
      ],
      empty: NOTHING.http,
      steps: ['blue'],
      links: [toClient(ofSeries('client'))],
    }),
    timeseries({
      title: 'Answers by class',
      description: 'Answers a second by class of status: 5xx are errors of servers, 4xx of clients.',
      span: 6,
      height: 8,
      unit: 'reqps',
      isStacked: true,
      queries: [
        course(
          `sum by (code_class) (rate(homelab_http_requests_total{${IN_ZONE},${OF_SERVICE}}[$__rate_interval]))`,
          '{{code_class}}',
        ),
      ],
      empty: NOTHING.http,
      isHeavy: true,
    }),
    timeseries({
      title: 'Open connections',
      description: 'Connections that are open at each entry point of Traefik; by service they cannot be had.',
      span: 6,
      height: 8,
      unit: 'none',
      queries: [course('sum by (entrypoint) (traefik_open_connections)', '{{entrypoint}}')],
      empty: 'Traefik is not scraped.',
      isHeavy: true,
    }),
  ];
}
