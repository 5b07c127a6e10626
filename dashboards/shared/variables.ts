import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { DATA_SOURCE } from './names.ts';

/** What a dashboard can be narrowed to. */
export type VariableName = 'zone' | 'client' | 'service';

/**
 * Matchers to be written into a selector. `All` is `.*`, which also matches a label that is not there; several values
 * become `(a|b)`. A service is chosen by its name without the provider that Traefik puts behind it (`memos@file`).
 */
export const IN_ZONE = 'zone=~"$zone"';
export const OF_CLIENT = 'client=~"$client"';
export const OF_SERVICE = 'service=~"$service(@.+)?"';

interface Definition {
  readonly label: string;
  readonly description: string;
  readonly query: string;
  readonly regex?: string;
}

const DEFINITIONS: Readonly<Record<VariableName, Definition>> = {
  zone: {
    label: 'Zone',
    description: 'Zone of the client, as Bastion.spec.zones has it.',
    query: 'label_values({__name__=~"adguard_dns_queries_total|homelab_http_requests_total"}, zone)',
  },
  client: {
    label: 'Client',
    description: 'Address of a client of the zones that are chosen; the 64 busiest have one of their own.',
    query: 'label_values(adguard_client_info{zone=~"$zone"}, client)',
  },
  service: {
    label: 'Service',
    description: 'Service behind Traefik.',
    query: 'label_values({__name__=~"homelab_http_requests_total|traefik_service_requests_total"}, service)',
    regex: '/^([^@]+)/',
  },
};

/** A variable that lists what there is now, with All as the beginning. */
export function variable(name: VariableName): Builder<VariableModel> {
  const { label, description, query, regex } = DEFINITIONS[name];
  const made = new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(DATA_SOURCE)
    .query(query)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .allowCustomValue(false)
    .current({ selected: true, text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
  return regex === undefined ? made : made.regex(regex);
}
