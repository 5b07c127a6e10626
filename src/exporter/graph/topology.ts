import { Admission, type Member } from '../admission/admission.ts';
import type { DeclaredEdge } from '../config/config.ts';
import type { LiveEdge, NodeGraph } from './node-graph.ts';

const MOST_CLIENTS = 40;
const MOST_DOMAINS = 30;
const DOMAINS_A_CLIENT = 3;
const HOUR = 3_600_000;
const MOST_IDS = 200;

export const ADGUARD_NODE = 'svc:adguard';
export const TRAEFIK_NODE = 'svc:traefik';

/** A client that has a node, and its edges to those that it asks, as far as there were any. */
interface Drawn {
  readonly member: Member;
  dns: LiveEdge | undefined;
  http: LiveEdge | undefined;
}

/** Turns queries and requests into nodes and edges. Clients beyond the 40 busiest are drawn as their zone. */
export class Topology {
  readonly #graph: NodeGraph;
  readonly #clients: Admission;
  readonly #domains: Admission;
  /** Domains of each drawn client. */
  readonly #clientDomains = new Map<string, Admission>();
  readonly #drawn = new Map<string, Drawn>();
  /** The edges from AdGuard by upstream, and from Traefik by service. */
  readonly #upstreams = new Map<string, LiveEdge>();
  readonly #services = new Map<string, LiveEdge>();
  /** Ids of what has a node, so that they are not built for every query. */
  readonly #ids = new Map<string, string>();

  constructor(graph: NodeGraph, declared: readonly DeclaredEdge[] = []) {
    this.#graph = graph;
    this.#clients = new Admission({ capacity: MOST_CLIENTS, idleAfter: 24 * HOUR }, (client) => {
      this.#clientDomains.delete(client);
      this.#ids.delete(client);
      this.#drawn.delete(client);
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
    const { seconds, failed, upstream } = query;
    this.#fromClient('dns', query, now);
    if (upstream === undefined) return;
    const known = this.#upstreams.get(upstream);
    if (known?.isLive === true) {
      this.#graph.requestAlong(known, seconds, failed, false);
      return;
    }
    const target = upstream === 'other' ? 'ext:other' : this.#id('up:', upstream);
    keep(
      this.#upstreams,
      upstream,
      this.#graph.request(ADGUARD_NODE, target, { kind: 'dns', seconds, failed, sends: false }),
    );
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
    this.#fromClient('http', request, now);
    const { service, originSeconds: seconds, failed } = request;
    if (service === undefined) return;
    const known = this.#services.get(service);
    if (known?.isLive === true) {
      this.#graph.requestAlong(known, seconds, failed, false);
      return;
    }
    const edge = { kind: 'proxy', seconds, failed, sends: false } as const;
    keep(this.#services, service, this.#graph.request(TRAEFIK_NODE, serviceNode(service), edge));
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

  #fromClient(
    kind: 'dns' | 'http',
    { client, zone, seconds, failed }: { client: string; zone: string; seconds: number; failed: boolean },
    now: number,
  ): void {
    const drawn = this.#drawn.get(client);
    const edge = drawn?.[kind];
    if (drawn !== undefined && edge?.isLive === true) {
      this.#clients.observeMember(drawn.member, now);
      this.#graph.requestAlong(edge, seconds, failed, true);
      return;
    }
    const source = this.#clientNode(client, zone, now);
    const target = kind === 'dns' ? ADGUARD_NODE : TRAEFIK_NODE;
    const made = this.#graph.request(source, target, { kind, seconds, failed, sends: true });
    const member = this.#clients.memberOf(client);
    if (member !== undefined) this.#drawn.set(client, { member, dns: drawn?.dns, http: drawn?.http, [kind]: made });
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

function keep(edges: Map<string, LiveEdge>, name: string, edge: LiveEdge | undefined): void {
  if (edge === undefined) return;
  if (edges.size >= MOST_IDS) edges.clear();
  edges.set(name, edge);
}
