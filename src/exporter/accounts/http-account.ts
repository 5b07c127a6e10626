import { Admission } from '../admission/admission.ts';
import type { Topology } from '../graph/topology.ts';
import type { ScoreWindows } from '../scores/score-windows.ts';
import type { ZoneAnomalies } from '../scores/zone-anomalies.ts';
import type { Family } from '../store/family.ts';
import type { Histogram } from '../store/histogram.ts';
import { boundedValue } from '../store/series-labels.ts';
import type { MetricStore } from '../store/store.ts';
import type { ZoneTable } from '../zones/zone-table.ts';
import type { ClientLabels } from './client-labels.ts';

/** One request that Traefik answered. */
export interface HttpEvent {
  /** Address of the client: any text. */
  readonly client: string;
  /** Traefik's name of the service; empty: Traefik answered itself. */
  readonly service: string;
  /** Address of the server that answered; empty: none. */
  readonly server: string;
  readonly status: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly seconds: number;
  /** Time that the service took; undefined: none was asked. */
  readonly originSeconds: number | undefined;
}

export interface HttpAccountOptions {
  readonly store: MetricStore;
  readonly zones: ZoneTable;
  readonly clients: ClientLabels;
  readonly topology: Topology;
  readonly windows: ScoreWindows;
  readonly anomalies: ZoneAnomalies;
}

const MOST_SERVICES = 15;
const SERVERS_A_SERVICE = 3;
const SIX_HOURS = 6 * 3_600_000;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What HTTP requests add up to. */
export class HttpAccount {
  readonly #zones: ZoneTable;
  readonly #clients: ClientLabels;
  readonly #topology: Topology;
  readonly #windows: ScoreWindows;
  readonly #anomalies: ZoneAnomalies;
  readonly #services: Admission;
  readonly #servers = new Map<string, Admission>();
  readonly #requests: Family;
  readonly #requestBytes: Family;
  readonly #responseBytes: Family;
  readonly #clientRequests: Family;
  readonly #serverRequests: Family;
  readonly #origin: Histogram;

  constructor(options: HttpAccountOptions) {
    const { store } = options;
    this.#windows = options.windows;
    this.#anomalies = options.anomalies;
    this.#zones = options.zones;
    this.#clients = options.clients;
    this.#topology = options.topology;
    const counter = (name: string, help: string, labels: string[], cap: number): Family =>
      store.family({ name, help, type: 'counter', labels, cap });
    this.#requests = counter(
      'homelab_http_requests_total',
      'HTTP requests through Traefik by zone of the client, service (none: Traefik answered itself) and class of status.',
      ['zone', 'service', 'code_class'],
      600,
    );
    const bytes = ['zone', 'service'];
    this.#requestBytes = counter('homelab_http_request_body_bytes_total', 'Bytes of request bodies.', bytes, 120);
    this.#responseBytes = counter('homelab_http_response_body_bytes_total', 'Bytes of response bodies.', bytes, 120);
    this.#clientRequests = counter(
      'homelab_http_client_requests_total',
      'HTTP requests by client (the 64 busiest, the rest is other) and service.',
      ['client', 'service'],
      512,
    );
    this.#serverRequests = counter(
      'homelab_http_server_requests_total',
      'HTTP requests by service and server that answered (three of each service, the rest is other).',
      ['service', 'server'],
      60,
    );
    this.#origin = store.histogram({
      name: 'homelab_http_origin_seconds',
      help: 'Time that services took to answer Traefik.',
      label: 'service',
      bounds: BOUNDS,
      cap: MOST_SERVICES,
    });
    this.#services = new Admission({ capacity: MOST_SERVICES, idleAfter: SIX_HOURS }, (service) => {
      for (const family of this.#byService) family.remove('service', service);
      this.#origin.remove(service);
      this.#servers.delete(service);
    });
    this.#clients.onEvict((client) => this.#clientRequests.remove('client', client));
  }

  /** Counts a request. `now` in milliseconds is the time of accounting. */
  record(event: HttpEvent, now: number): void {
    this.#windows.tick(now);
    const { address, zone } = this.#zones.locate(event.client);
    const failed = event.status >= 500 && event.status <= 599;
    this.#anomalies.activityOf(zone).request(failed);
    const service = this.#serviceLabel(boundedValue(event.service), now);
    this.#requests.add([zone, service, classOf(event.status)]);
    this.#requestBytes.add([zone, service], event.requestBytes);
    this.#responseBytes.add([zone, service], event.responseBytes);
    this.#clientRequests.add([this.#clients.label(address, now), service]);
    if (event.server !== '') {
      const server = this.#serverLabel(service, boundedValue(event.server), now);
      this.#serverRequests.add([service, server]);
    }
    if (event.originSeconds !== undefined) this.#origin.observe(service, event.originSeconds);
    this.#topology.http(
      {
        client: address,
        zone,
        service: event.service === '' ? undefined : service,
        failed,
        seconds: event.seconds,
        originSeconds: event.originSeconds ?? 0,
      },
      now,
    );
  }

  get #byService(): readonly Family[] {
    return [this.#requests, this.#requestBytes, this.#responseBytes, this.#clientRequests, this.#serverRequests];
  }

  #serviceLabel(service: string, now: number): string {
    if (service === '') return 'none';
    return this.#services.observe(service, now) ? service : 'other';
  }

  #serverLabel(service: string, server: string, now: number): string {
    if (service === 'other') return 'other';
    let servers = this.#servers.get(service);
    if (servers === undefined) {
      servers = new Admission({ capacity: SERVERS_A_SERVICE, idleAfter: SIX_HOURS }, (old) =>
        this.#serverRequests.removeExactly([service, old]),
      );
      this.#servers.set(service, servers);
    }
    return servers.observe(server, now) ? server : 'other';
  }
}

function classOf(status: number): string {
  const first = Math.trunc(status / 100);
  return first >= 1 && first <= 5 ? `${first}xx` : 'other';
}
