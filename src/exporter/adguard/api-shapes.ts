import type { BlockedService, FilterList, NamedClient } from '../names/names.ts';
import { listCategory } from '../names/list-category.ts';
import { fieldsOf, listOf, numberOf, textOf } from './json-shape.ts';

export interface Statistics {
  /** Queries in AdGuard's window by kind. */
  readonly queries: readonly (readonly [kind: string, count: number])[];
  readonly averageSeconds: number | undefined;
  readonly upstreamResponses: readonly (readonly [upstream: string, count: number])[];
  readonly upstreamSeconds: readonly (readonly [upstream: string, seconds: number])[];
}

const KINDS: readonly (readonly [kind: string, field: string])[] = [
  ['total', 'num_dns_queries'],
  ['filtered', 'num_blocked_filtering'],
  ['safebrowsing', 'num_replaced_safebrowsing'],
  ['safesearch', 'num_replaced_safesearch'],
  ['parental', 'num_replaced_parental'],
];

const DOMAIN_RULE = /^\|\|([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+)\^/;

/** `/control/stats` */
export function statisticsOf(value: unknown): Statistics {
  const fields = fieldsOf(value) ?? {};
  return {
    queries: KINDS.flatMap(([kind, field]) => {
      const count = numberOf(fields[field]);
      return count === undefined ? [] : [[kind, count] as const];
    }),
    averageSeconds: numberOf(fields['avg_processing_time']),
    upstreamResponses: pairsOf(fields['top_upstreams_responses']),
    upstreamSeconds: pairsOf(fields['top_upstreams_avg_time']),
  };
}

/** `/control/clients`: those that somebody named, and address -> name of those that AdGuard found. */
export function clientsOf(value: unknown): { named: NamedClient[]; auto: Map<string, string> } {
  const fields = fieldsOf(value) ?? {};
  const named = listOf(fields['clients']).flatMap((client) => {
    const { name, ids, tags } = fieldsOf(client) ?? {};
    return textOf(name) === '' ? [] : [{ name: textOf(name), ids: texts(ids), tags: texts(tags) }];
  });
  const auto = new Map<string, string>();
  for (const client of listOf(fields['auto_clients'])) {
    const { ip, name } = fieldsOf(client) ?? {};
    if (textOf(name) !== '') auto.set(textOf(ip), textOf(name));
  }
  return { named, auto };
}

/** `/control/dhcp/status`: MAC address (lower case) -> IP address. */
export function leasesOf(value: unknown): Map<string, string> {
  const fields = fieldsOf(value) ?? {};
  const leases = new Map<string, string>();
  for (const lease of [...listOf(fields['leases']), ...listOf(fields['static_leases'])]) {
    const { mac, ip } = fieldsOf(lease) ?? {};
    if (textOf(mac) !== '') leases.set(textOf(mac).toLowerCase(), textOf(ip));
  }
  return leases;
}

/** `/control/filtering/status`: block lists and allow lists. */
export function filterListsOf(value: unknown): FilterList[] {
  const fields = fieldsOf(value) ?? {};
  return [...listOf(fields['filters']), ...listOf(fields['whitelist_filters'])].flatMap((list) => {
    const entry = fieldsOf(list) ?? {};
    const id = numberOf(entry['id']);
    if (id === undefined || !Number.isInteger(id)) return [];
    const updated = Date.parse(textOf(entry['last_updated'])) / 1000;
    return [
      {
        id,
        name: textOf(entry['name']),
        category: listCategory(textOf(entry['url'])),
        rules: numberOf(entry['rules_count']) ?? 0,
        // Go's zero time says never.
        updated: updated > 0 ? updated : undefined,
      },
    ];
  });
}

/** `/control/blocked_services/all`: ids, groups, and the domains of their rules. */
export function servicesOf(value: unknown): BlockedService[] {
  return listOf(fieldsOf(value)?.['blocked_services']).flatMap((service) => {
    const { id, group_id: group, rules } = fieldsOf(service) ?? {};
    if (textOf(id) === '') return [];
    const domains = texts(rules).flatMap((rule) => DOMAIN_RULE.exec(rule)?.[1] ?? []);
    return [{ id: textOf(id), group: textOf(group) === '' ? 'unknown' : textOf(group), domains }];
  });
}

/** A list of objects with one key each, as AdGuard writes its top lists. */
function pairsOf(value: unknown): (readonly [string, number])[] {
  return listOf(value).flatMap((pair) =>
    Object.entries(fieldsOf(pair) ?? {})
      .slice(0, 1)
      .flatMap(([key, count]) => {
        const number = numberOf(count);
        return number === undefined ? [] : [[key, number] as const];
      }),
  );
}

function texts(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}
