import { byService, ofPlainService } from '../shared/expressions.ts';
import { NOTHING } from '../shared/nothing.ts';
import type { Part } from '../shared/panel.ts';
import { bars, states } from '../shared/panels.ts';
import { course, now } from '../shared/query.ts';
import { OF_SERVICE } from '../shared/variables.ts';

const NO_HEALTH = 'No service has a health check in Traefik.';

/** Servers behind the services: their health, their load, and how often they fall out. */
export function balancing(): Part[] {
  const ofServers = `rate(homelab_http_server_requests_total{${OF_SERVICE}}[$__rate_interval])`;
  return [
    states({
      title: 'Health of servers',
      description:
        'Whether each server passes the health check of Traefik. One that fails gets no requests until it passes again.',
      span: 12,
      height: 8,
      unit: 'bool_on_off',
      queries: [
        course(
          `min by (service, url) (${ofPlainService(`traefik_service_server_up{${OF_SERVICE}}`)})`,
          '{{service}} {{url}}',
        ),
      ],
      empty: NO_HEALTH,
      alarm: {
        steps: ['red', [1, 'green']],
        whenRed: 'the server does not answer Traefik: `bastion status` and `docker logs` of its container say why.',
        runbook: ['ServiceDown'],
      },
    }),
    bars({
      title: 'Load by server',
      description: 'Share of the requests of a service that each of its servers answers.',
      span: 6,
      height: 8,
      unit: 'percentunit',
      decimals: 0,
      min: 0,
      max: 1,
      queries: [
        now(
          `sum by (service, server) (${ofPlainService(ofServers)}) / on (service) group_left () (${byService(ofServers)} > 0)`,
          '{{service}} {{server}}',
        ),
      ],
      empty: NOTHING.http,
      steps: ['blue'],
    }),
    bars({
      title: 'Failovers',
      description:
        'How often a server fell out of the balancing or came back within the last day. None is a bar of length 0.',
      span: 6,
      height: 8,
      unit: 'none',
      queries: [now(byService(`changes(traefik_service_server_up{${OF_SERVICE}}[1d])`), '{{service}}')],
      empty: NO_HEALTH,
      alarm: {
        steps: ['green', [1, 'orange'], [6, 'red']],
        whenRed: 'the service comes and goes: its memory limit and its log are the places to look.',
        runbook: ['ServiceDown', 'MemberRestarting'],
      },
    }),
  ];
}
