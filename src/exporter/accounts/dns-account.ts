import { Admission } from '../admission/admission.ts';
import type { Topology } from '../graph/topology.ts';
import type { Names } from '../names/names.ts';
import { ClientScores } from '../scores/client-scores.ts';
import type { Family } from '../store/family.ts';
import { boundedValue } from '../store/series-labels.ts';
import type { MetricStore } from '../store/store.ts';
import type { ZoneTable } from '../zones/zone-table.ts';
import { ClientDomains } from './client-domains.ts';
import type { ClientLabels } from './client-labels.ts';
import { resultOf, type DnsEvent, type DnsResult } from './dns-event.ts';
import { dnsFamilies, type DnsFamilies } from './dns-families.ts';
import { DomainAddresses } from './domain-addresses.ts';
import type { GatewayWitness } from './gateway-witness.ts';
import { registrableDomain, REVERSE_LOOKUP } from './registrable-domain.ts';
import { upstreamHost } from './upstream-host.ts';

export interface DnsAccountOptions {
  readonly store: MetricStore;
  readonly zones: ZoneTable;
  readonly clients: ClientLabels;
  readonly names: Names;
  readonly topology: Topology;
  readonly gateways: GatewayWitness;
  readonly localDomains: readonly string[];
  readonly clientDomains: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Domains with a label of their own, and so the most that addresses and categories are told of. */
const MOST_DOMAINS = 100;
const MOST_UPSTREAMS = 8;
const SIX_HOURS = 6 * 3_600_000;
const REMEMBERED_UPSTREAMS = 256;
const QUERY_TYPES = new Set('A AAAA HTTPS SVCB CNAME PTR TXT MX NS SOA SRV'.split(' '));
const CODES = new Set('NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN NOTAUTH NOTZONE BADVERS'.split(' '));
const UNBLOCKED = new Set<DnsResult>(['allowed', 'allowlisted', 'rewritten', 'safesearch']);
const UNROUTABLE = new Set(['0.0.0.0', '::']);

/** What DNS queries add up to. */
export class DnsAccount {
  readonly domains: Admission;
  readonly addresses = new DomainAddresses();
  /** Top domains of each client; there only when telling them is wanted. */
  readonly clientDomains: ClientDomains | undefined;
  readonly #options: DnsAccountOptions;
  readonly #families: DnsFamilies;
  readonly #upstreams: Admission;
  readonly #scores: ClientScores;
  readonly #hosts = new Map<string, string>();
  readonly #categories = new Map<string, readonly [category: string, source: string]>();

  constructor(options: DnsAccountOptions) {
    const families = dnsFamilies(options.store, options.clientDomains);
    this.#options = options;
    this.#families = families;
    this.domains = new Admission({ capacity: MOST_DOMAINS, idleAfter: SIX_HOURS }, (domain) => {
      families.domainQueries.remove('domain', domain);
      this.addresses.forget(domain);
      this.#categories.delete(domain);
    });
    this.#upstreams = new Admission({ capacity: MOST_UPSTREAMS, idleAfter: SIX_HOURS }, (host) =>
      families.processing.remove(host),
    );
    if (families.clientDomains !== undefined) this.clientDomains = new ClientDomains(families.clientDomains);
    this.#scores = new ClientScores(options.store, options.now);
    options.clients.onEvict((client) => {
      this.#scores.forget(client);
      families.clientQueries.remove('client', client);
      this.clientDomains?.forget(client);
    });
    options.store.beforeRender(() => this.#tellDomains(families));
  }

  /** Counts a query. `now` in milliseconds is the time of accounting, not of the query. */
  record(event: DnsEvent, now: number): void {
    const { zones, clients, names, gateways } = this.#options;
    const families = this.#families;
    const { address, zone } = zones.locate(event.client);
    const result = resultOf(event.reason);
    gateways.observe(address);
    families.queries.add([zone, QUERY_TYPES.has(event.type) ? event.type : 'other', result]);
    families.responses.add([event.code === undefined ? 'none' : CODES.has(event.code) ? event.code : 'other']);
    if (event.cached) families.cached.add([zone]);
    if (event.list !== undefined) families.listHits.add([String(event.list)]);
    if (event.service !== '') families.serviceHits.add([event.service, names.groupOf(event.service)]);

    const name = event.name.toLowerCase();
    const domain = boundedValue(registrableDomain(name, this.#options.localDomains));
    const domainLabel = this.domains.observe(domain, now) ? domain : 'other';
    families.domainQueries.add([domainLabel, result]);
    if (domainLabel !== 'other') this.#learn(domain, event, result === 'allowed' || result === 'allowlisted', now);

    const upstream =
      event.upstream === '' || event.cached ? undefined : this.#upstream(boundedValue(event.upstream), now);
    if (upstream !== undefined && event.reason <= 1) families.processing.observe(upstream, event.seconds);

    if (clients.anonymized) return;
    const client = clients.label(address, now);
    families.clientQueries.add([client, zone, result]);
    if (client !== 'other') {
      const blocked = !UNBLOCKED.has(result);
      const onList = event.list !== undefined && blocked && names.categoryOf(event.list) === 'security';
      const security = onList || result === 'safebrowsing';
      const nxdomain = event.code === 'NXDOMAIN';
      this.#scores.observe(client, { name, domain, type: event.type, blocked, nxdomain, security }, now);
    }
    const failed = event.code === 'SERVFAIL';
    this.#options.topology.dns({ client: address, zone, upstream, failed, seconds: event.seconds }, now);
    if (this.clientDomains === undefined) return;
    if (client !== 'other') this.clientDomains.observe(client, domain, now);
    this.#options.topology.lookup(address, domain, event.seconds, now);
  }

  #upstream(text: string, now: number): string {
    let host = this.#hosts.get(text);
    if (host === undefined) {
      host = upstreamHost(text);
      if (this.#hosts.size >= REMEMBERED_UPSTREAMS) this.#hosts.clear();
      this.#hosts.set(text, host);
    }
    return this.#upstreams.observe(host, now) ? host : 'other';
  }

  #learn(domain: string, event: DnsEvent, allowed: boolean, now: number): void {
    const { names } = this.#options;
    if (allowed && domain !== REVERSE_LOOKUP) {
      const { addresses, ttl } = event.answer();
      const routable = addresses.filter((address) => !UNROUTABLE.has(address));
      this.addresses.observe(domain, routable, ttl, now);
    }
    const group = names.groupOfDomain(domain);
    if (event.service !== '') this.#categories.set(domain, [names.groupOf(event.service), 'blocked_service']);
    else if (group !== undefined) this.#categories.set(domain, [group, 'service_rules']);
    else if (!allowed && event.list !== undefined)
      this.#categories.set(domain, [names.categoryOf(event.list), 'filter_list']);
  }

  #tellDomains(families: DnsFamilies): void {
    this.addresses.expire(this.#options.now());
    const rows = (entries: Iterable<readonly [string, readonly [string, string]]>): [string[], number][] =>
      [...entries].map(([domain, [category, source]]) => [[domain, category, source], 1]);
    families.categories.replace(rows(this.#categories));
    families.addresses.replace(this.addresses.counts());
    families.ttl.replace(this.addresses.ttls());
    const seen: Family = families.addressSeen;
    seen.clear();
    for (const { domain, address, seenAt } of this.addresses.entries()) seen.set([domain, address], seenAt / 1000);
  }
}
