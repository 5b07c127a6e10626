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
    for (const { source, target, kind } of declared) graph.edge(`svc:${source}`, `svc:${target}`, kind, undefined);
  }

  /** A DNS query: client to AdGuard, and on to an upstream when one was asked. */
  dns(
    query: { client: string; zone: string; upstream: string | undefined; failed: boolean; seconds: number },
    now: number,
  ): void {
    const source = this.#clientNode(query.client, query.zone, now);
    this.#graph.count(source, query.failed);
    this.#graph.count(ADGUARD_NODE, query.failed);
    this.#graph.edge(source, ADGUARD_NODE, 'dns', query.seconds);
    if (query.upstream === undefined) return;
    const upstream = query.upstream === 'other' ? 'ext:other' : this.#id('up:', query.upstream);
    this.#graph.count(upstream, query.failed);
    this.#graph.edge(ADGUARD_NODE, upstream, 'dns', query.seconds);
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
    this.#graph.count(source, request.failed);
    this.#graph.count(TRAEFIK_NODE, request.failed);
    this.#graph.edge(source, TRAEFIK_NODE, 'http', request.seconds);
    if (request.service === undefined) return;
    const service = serviceNode(request.service);
    this.#graph.count(service, request.failed);
    this.#graph.edge(TRAEFIK_NODE, service, 'proxy', request.originSeconds);
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
    this.#graph.count(`dom:${domain}`, false);
    this.#graph.edge(`cli:${client}`, `dom:${domain}`, 'lookup', seconds);
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
