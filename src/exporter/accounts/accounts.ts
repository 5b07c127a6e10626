import type { Config } from '../config/config.ts';
import { NodeGraph } from '../graph/node-graph.ts';
import { ADGUARD_NODE, Topology, TRAEFIK_NODE } from '../graph/topology.ts';
import { Names } from '../names/names.ts';
import { ScoreWindows } from '../scores/score-windows.ts';
import { Suspicions, type OnSuspicion } from '../scores/suspicions.ts';
import { ZoneAnomalies } from '../scores/zone-anomalies.ts';
import { boundedValue } from '../store/series-labels.ts';
import { MetricStore } from '../store/store.ts';
import { formatAddress, parseAddress } from '../zones/address.ts';
import { ZoneTable } from '../zones/zone-table.ts';
import { ClientLabels } from './client-labels.ts';
import { describeNames } from './described.ts';
import { DnsAccount } from './dns-account.ts';
import { GatewayWitness } from './gateway-witness.ts';
import { HttpAccount } from './http-account.ts';

/** All that is counted, and the page that tells it. */
export interface Accounts {
  readonly store: MetricStore;
  readonly zones: ZoneTable;
  readonly clients: ClientLabels;
  readonly names: Names;
  readonly gateways: GatewayWitness;
  readonly dns: DnsAccount;
  readonly http: HttpAccount;
  readonly suspicions: Suspicions;
  readonly anomalies: ZoneAnomalies;
}

/**
 * Makes empty accounts as the configuration wants them. `now` in milliseconds, for what is dropped with time;
 * `onSuspicion` is told what looks suspicious, a few times an hour at most.
 */
export function createAccounts(
  config: Config,
  now: () => number,
  onSuspicion: OnSuspicion = () => undefined,
): Accounts {
  const store = new MetricStore(config.maxSeries);
  const windows = new ScoreWindows();
  const suspicions = new Suspicions(onSuspicion);
  const anomalies = new ZoneAnomalies(store, windows, now());
  store.beforeRender(() => windows.tick(now()));
  const zones = new ZoneTable(config.zones);
  const clients = new ClientLabels();
  const names = new Names();
  const gateways = new GatewayWitness(config.gateways.map(spelling));
  const titles = new Map(config.titles.map(({ service, title }) => [`svc:${service}`, boundedValue(title)]));
  const graph = store.add(new NodeGraph(store.budget, (id) => titles.get(id) ?? titleOf(id, names)));
  if (config.adguard !== undefined) graph.node(ADGUARD_NODE);
  if (config.accessLog !== undefined) graph.node(TRAEFIK_NODE);
  const topology = new Topology(graph, config.declaredEdges);
  const { localDomains, clientDomains } = config;
  const shared = { store, zones, clients, topology, windows, anomalies };
  const dns = new DnsAccount({ ...shared, names, gateways, suspicions, localDomains, clientDomains, now });
  const http = new HttpAccount(shared);
  describeNames(store, { names, clients, zones });
  return { store, zones, clients, names, gateways, dns, http, suspicions, anomalies };
}

function titleOf(id: string, names: Names): string {
  const text = id.slice(id.indexOf(':') + 1);
  const name = id.startsWith('cli:') ? names.client(text).name : '';
  return name === '' ? text : boundedValue(name);
}

function spelling(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : formatAddress(address);
}
