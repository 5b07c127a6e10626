import type { Names } from '../names/names.ts';
import { builtInList } from '../names/list-category.ts';
import type { MetricStore } from '../store/store.ts';
import type { ZoneTable } from '../zones/zone-table.ts';
import type { ClientLabels } from './client-labels.ts';
import { MOST_CLIENTS } from './client-labels.ts';

const BUILT_IN_LISTS = [0, -1, -2, -3, -4, -5];

/** Adds the info metrics of clients and filter lists: what others join to get names. */
export function describeNames(
  store: MetricStore,
  { names, clients, zones }: { names: Names; clients: ClientLabels; zones: ZoneTable },
): void {
  const client = store.family({
    name: 'adguard_client_info',
    help: 'Name, zone and device type of a told client, and where the type is known from; always 1.',
    type: 'gauge',
    labels: ['client', 'name', 'zone', 'device_type', 'device_type_source'],
    cap: MOST_CLIENTS,
  });
  const gauge = (name: string, help: string, labels: string[]) =>
    store.family({ name, help, type: 'gauge', labels, cap: 50 });
  const list = gauge('adguard_filter_list_info', 'Name and category of a filter list; always 1.', [
    'list_id',
    'name',
    'category',
  ]);
  const rules = gauge('adguard_filter_list_rules', 'Rules of a filter list.', ['list_id']);
  const updated = gauge('adguard_filter_list_last_update_timestamp_seconds', 'When a filter list was last updated.', [
    'list_id',
  ]);
  store.beforeRender(() => {
    client.clear();
    for (const address of clients.members) {
      const { name, device } = names.client(address);
      client.set([address, name, zones.locate(address).zone, device.type, device.source], 1);
    }
    for (const family of [list, rules, updated]) family.clear();
    for (const id of BUILT_IN_LISTS) {
      const known = builtInList(id);
      if (known !== undefined) list.set([String(id), known.name, known.category], 1);
    }
    for (const { id, name, category, ...counts } of names.lists) {
      list.set([String(id), name, category], 1);
      rules.set([String(id)], counts.rules);
      if (counts.updated !== undefined) updated.set([String(id)], counts.updated);
    }
  });
}
