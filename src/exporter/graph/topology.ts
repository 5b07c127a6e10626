import { Admission } from '../admission/admission.ts';
import type { DeclaredEdge } from '../config/config.ts';
import type { NodeGraph } from './node-graph.ts';

const MOST_CLIENTS = 40;
const MOST_DOMAINS = 30;
const DOMAINS_A_CLIENT = 3;
const HOUR = 3_600_000;
const MOST_IDS = 200;

export const ADGUARD_NODE = 'svc:adguard';
export const TRAEFIK_NODE = 'svc:traefik';

/** Turns queries and requests into nodes and edges. Clients beyond the 40 busiest are drawn as their zone. */
export class Topology {
  readonly #graph: NodeGraph;
  readonly #clients: Admission;
  readonly #domains: Admission;
  /** Domains of each drawn client. */
  readonly #clientDomains = new Map<string, Admission>();
  /** Ids of what has a node, so that they are not built for every query. */
  readonly #ids = new Map<string, string>();

  constructor(graph: NodeGraph, declared: readonly DeclaredEdge[] = []) {
    this.#graph = graph;
    this.#clients = new Admission({ capacity: MOST_CLIENTS, idleAfter: 24 * HOUR }, (client) => {
      this.#clientDomains.delete(client);
      this.#ids.delete(client);
      graph.remove(`cli:${client}`);
    });
    this.#domains = new Admission({ capacity: MOST_DOMAINS, idleAfter: 6 * HOUR }, (domain) =>
      graph.remove(`dom:${domain}`),
    );
    for (const { source, target, kind } of declared) graph.draw(`svc:${source}`, `svc:${target}`, kind);
  }

  /** A DNS query: client to AdGuard, and on to an upstream when one was asked. */
  dns(
    query: { client: string; zone: string; upstream: string | undefined; failed: boolean; seconds: number },
    now: number,
  ): void {
    const source = this.#clientNode(query.client, query.zone, now);
    const { seconds, failed } = query;
    this.#graph.request(source, ADGUARD_NODE, { kind: 'dns', seconds, failed, sends: true });
    if (query.upstream === undefined) return;
    const upstream = query.upstream === 'other' ? 'ext:other' : this.#id('up:', query.upstream);
    this.#graph.request(ADGUARD_NODE, upstream, { kind: 'dns', seconds, failed, sends: false });
  }

  /** An HTTP request: client to Traefik, and on to a service unless Traefik answered itself. */
  http(
    request: {
      client: string;
      zone: string;
      service: string | undefined;
      failed: boolean;
      seconds: number;
      originSeconds: number;
    },
    now: number,
  ): void {
    const source = this.#clientNode(request.client, request.zone, now);
    const { seconds, originSeconds, failed } = request;
    this.#graph.request(source, TRAEFIK_NODE, { kind: 'http', seconds, failed, sends: true });
    if (request.service === undefined) return;
    const service = serviceNode(request.service);
    this.#graph.request(TRAEFIK_NODE, service, { kind: 'proxy', seconds: originSeconds, failed, sends: false });
  }

  /** A client's question for a domain; only to be called when telling this is wanted. */
  lookup(client: string, domain: string, seconds: number, now: number): void {
    const drawn = this.#domains.observe(domain, now);
    if (!drawn || !this.#clients.has(client)) return;
    let domains = this.#clientDomains.get(client);
    if (domains === undefined) {
      domains = new Admission({ capacity: DOMAINS_A_CLIENT, idleAfter: 6 * HOUR }, (old) =>
        this.#graph.removeEdge(`cli:${client}`, `dom:${old}`),
      );
      this.#clientDomains.set(client, domains);
    }
    if (!domains.observe(domain, now)) return;
    const edge = { kind: 'lookup', seconds, failed: false, sends: false } as const;
    this.#graph.request(`cli:${client}`, `dom:${domain}`, edge);
  }

  #clientNode(client: string, zone: string, now: number): string {
    return this.#clients.observe(client, now) ? this.#id('cli:', client) : this.#id('zone:', zone);
  }

  #id(kind: string, name: string): string {
    const known = this.#ids.get(name);
    if (known?.startsWith(kind) === true) return known;
    if (this.#ids.size >= MOST_IDS) this.#ids.clear();
    const id = kind + name;
    this.#ids.set(name, id);
    return id;
  }
}

/** `memos@docker` is the service memos, as it is declared elsewhere. */
export function serviceNode(service: string): string {
  if (service === 'other') return 'ext:other';
  const provider = service.indexOf('@');
  return `svc:${provider === -1 ? service : service.slice(0, provider)}`;
}
