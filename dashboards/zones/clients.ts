import { ofField, toDomains, toZone } from '../shared/pages.ts';
import type { Part } from '../shared/panel.ts';
import { table } from '../shared/table.ts';
import { OF_CLIENT, OF_SERVICE } from '../shared/variables.ts';
import { CLIENT, CLIENTS } from './selectors.ts';

/** Every client that is told, and what it does. */
export function clientTable(): Part {
  const queries = `sum by (client) (client_zone:adguard_client_dns_queries:rate5m{${CLIENT}})`;
  const blocked = `max by (client) (client_zone:adguard_client_dns_blocked:ratio_rate5m{${CLIENT}})`;
  const requests = `sum by (client) (rate(homelab_http_client_requests_total{${OF_CLIENT},${OF_SERVICE}}[5m]))`;
  return table({
    title: 'Clients',
    description:
      'Every told client with its zone, its kind of device and what it does: DNS queries, share blocked, HTTP requests.',
    span: 24,
    height: 10,
    empty: 'No client is told. Where AdGuard Home anonymises addresses none can be.',
    sortBy: 'queries',
    columns: [
      {
        field: 'told',
        title: 'Told',
        expr: `max by (client, name, zone, device_type) (adguard_client_info{${CLIENT}})`,
        isHidden: true,
      },
      { field: 'client', title: 'Client', link: toDomains(ofField('client')) },
      { field: 'name', title: 'Name' },
      { field: 'zone', title: 'Zone', link: toZone(ofField('zone')) },
      { field: 'device_type', title: 'Device' },
      {
        field: 'queries',
        title: 'DNS queries',
        expr: `${queries} and on (client) ${CLIENTS}`,
        unit: 'reqps',
        decimals: 2,
      },
      {
        field: 'blocked',
        title: 'Blocked',
        expr: `${blocked} and on (client) ${CLIENTS}`,
        unit: 'percentunit',
        decimals: 1,
        steps: ['green', [0.5, 'orange']],
      },
      {
        field: 'requests',
        title: 'HTTP requests',
        expr: `${requests} and on (client) ${CLIENTS}`,
        unit: 'reqps',
        decimals: 2,
      },
    ],
  });
}
