import { Admission, type Member } from '../admission/admission.ts';
import { quickHash } from '../admission/quick-hash.ts';
import type { Topology } from '../graph/topology.ts';
import { ownText } from '../log-file/own-text.ts';
import type { Names } from '../names/names.ts';
import { ClientScores } from '../scores/client-scores.ts';
import { mayAnswerPrivately } from '../scores/expected-names.ts';
import type { ScoreWindows } from '../scores/score-windows.ts';
import type { Suspicions } from '../scores/suspicions.ts';
import type { ZoneAnomalies } from '../scores/zone-anomalies.ts';
import type { Family } from '../store/family.ts';
import { boundedValue, LONGEST_VALUE } from '../store/series-labels.ts';
import { SeriesMemo } from '../store/series-memo.ts';
import type { MetricStore } from '../store/store.ts';
import type { ZoneTable } from '../zones/zone-table.ts';
import { ClientDomains } from './client-domains.ts';
import type { ClientLabels } from './client-labels.ts';
import { DnsClient, QUERY_TYPES } from './dns-client.ts';
import { DNS_RESULTS, resultNumber, type DnsEvent, type DnsResult } from './dns-event.ts';
import { dnsFamilies, type DnsFamilies } from './dns-families.ts';
import { DomainAddresses } from './domain-addresses.ts';
import type { GatewayWitness } from './gateway-witness.ts';
import type { QueriedName, ToldDomain } from './queried-name.ts';
import { QueriedNames } from './queried-names.ts';
import { REVERSE_LOOKUP } from './registrable-domain.ts';
import { upstreamHost } from './upstream-host.ts';

export interface DnsAccountOptions {
  readonly store: MetricStore;
  readonly zones: ZoneTable;
  readonly clients: ClientLabels;
  readonly names: Names;
  readonly topology: Topology;
  readonly gateways: GatewayWitness;
  readonly windows: ScoreWindows;
  readonly suspicions: Suspicions;
  readonly anomalies: ZoneAnomalies;
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
const REMEMBERED_CLIENTS = 2048;
const LONGEST_CLIENT = 64;
/** A power of two. */
const MET_LAST = 1024;
const OTHER_TYPE = QUERY_TYPES.length - 1;
const CODES = 'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN NOTAUTH NOTZONE BADVERS other none'.split(' ');
const CODE_NUMBERS = new Map(CODES.map((code, number) => [code, number]));
const OTHER_CODE = CODES.indexOf('other');
const NO_CODE = CODES.indexOf('none');
const UNBLOCKED = new Set<DnsResult>(['allowed', 'allowlisted', 'rewritten', 'safesearch']);
const ALLOWED = DNS_RESULTS.map((result) => result === 'allowed' || result === 'allowlisted');
const SAFE_BROWSING = DNS_RESULTS.indexOf('safebrowsing');
const IS_BLOCKED = DNS_RESULTS.map((result) => !UNBLOCKED.has(result));

/** An upstream as the log writes it. */
interface UpstreamHost {
  readonly host: string;
  /** Its place among the told ones, as it was last. */
  member: Member | undefined;
}
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
  readonly #names: QueriedNames;
  readonly #hosts = new Map<string, UpstreamHost>();
  /** By the text of the log; a house has fewer clients than this holds. */
  readonly #clients = new Map<string, DnsClient>();
  /** Those met last, by hash. */
  readonly #metLast: (DnsClient | undefined)[] = Array.from({ length: MET_LAST }, () => undefined);
  readonly #told = new Map<string, ToldDomain>();
  readonly #otherDomains: SeriesMemo;
  readonly #responses: SeriesMemo;
  readonly #categories = new Map<string, readonly [category: string, source: string]>();

  constructor(options: DnsAccountOptions) {
    const families = dnsFamilies(options.store, options.clientDomains);
    this.#options = options;
    this.#names = new QueriedNames(options.localDomains);
    this.#families = families;
    this.domains = new Admission({ capacity: MOST_DOMAINS, idleAfter: SIX_HOURS }, (domain) => {
      families.domainQueries.remove('domain', domain);
      this.#told.delete(domain);
      this.addresses.forget(domain);
      this.#categories.delete(domain);
    });
    this.#otherDomains = new SeriesMemo(families.domainQueries, (result) => ['other', DNS_RESULTS[result] ?? '']);
    this.#responses = new SeriesMemo(families.responses, (code) => [CODES[code] ?? 'other']);
    this.#upstreams = new Admission({ capacity: MOST_UPSTREAMS, idleAfter: SIX_HOURS }, (host) =>
      families.processing.remove(host),
    );
    if (families.clientDomains !== undefined) this.clientDomains = new ClientDomains(families.clientDomains);
    this.#scores = new ClientScores(options.store, options.windows, options.suspicions);
    options.clients.onEvict((client) => {
      this.#scores.forget(client);
      families.clientQueries.remove('client', client);
      this.clientDomains?.forget(client);
    });
    options.store.beforeRender(() => this.#tellDomains(families));
  }

  /** Counts a query. `now` in milliseconds is the time of accounting, not of the query. */
  record(event: DnsEvent, now: number): void {
    const { clients, names, gateways, windows, anomalies } = this.#options;
    windows.tick(now);
    const families = this.#families;
    const from = this.#clientOf(event.client);
    const { address, zone, inZone } = from;
    const result = resultNumber(event.reason);
    gateways.observe(address, from.isGateway);
    const blocked = IS_BLOCKED[result] === true;
    inZone.query(blocked);
    from.count(typeNumber(event.type), result, event.cached);
    this.#responses.add(codeNumber(event.code));
    if (event.list !== undefined) families.listHits.add([String(event.list)]);
    if (event.service !== '') families.serviceHits.add([event.service, names.groupOf(event.service)]);

    const queried = this.#names.of(event);
    if (this.#countDomain(queried, result, now)) this.#learn(queried.domain, event, ALLOWED[result] === true, now);

    const upstream = event.upstream === '' || event.cached ? undefined : this.#upstream(event.upstream, now);
    const failed = event.code === 'SERVFAIL';
    if (upstream !== undefined) inZone.upstream(event.seconds, failed);
    if (upstream !== undefined && event.reason <= 1) families.processing.observe(upstream, event.seconds);

    if (clients.anonymized) return;
    if (from.metIn !== windows.number) {
      from.metIn = windows.number;
      anomalies.meet(inZone, address, now);
    }
    const isTold = this.#countClient(from, result, now);
    if (isTold) {
      const onList = event.list !== undefined && blocked && names.categoryOf(event.list) === 'security';
      const security = onList || result === SAFE_BROWSING;
      const nxdomain = event.code === 'NXDOMAIN';
      const activity = (from.activity ??= this.#scores.activityOf(address, now));
      const rebound = mayRebind(event, result) && event.answersPrivately() && !mayAnswerPrivately(queried.domain);
      activity.observe({ queried, event, blocked, nxdomain, security, rebound }, now);
    }
    this.#options.topology.dns({ client: address, zone, upstream, failed, seconds: event.seconds }, now);
    if (this.clientDomains === undefined) return;
    if (isTold) this.clientDomains.observe(address, queried.domain, now);
    this.#options.topology.lookup(address, queried.domain, event.seconds, now);
  }

  #clientOf(given: string): DnsClient {
    const place = (quickHash(given) >>> 1) & (MET_LAST - 1);
    const last = this.#metLast[place];
    if (last?.text === given) return last;
    const client = this.#clients.get(given) ?? this.#makeClient(ownText(given));
    if (client.text.length <= LONGEST_CLIENT) this.#metLast[place] = client;
    return client;
  }

  #makeClient(text: string): DnsClient {
    const { zones, anomalies, gateways } = this.#options;
    const place = zones.locate(text);
    const inZone = anomalies.activityOf(place.zone);
    const client = new DnsClient(text, place, this.#families, { inZone, isGateway: gateways.isGateway(place.address) });
    if (text.length > LONGEST_CLIENT) return client;
    if (this.#clients.size >= REMEMBERED_CLIENTS) this.#clients.clear();
    this.#clients.set(text, client);
    return client;
  }

  /** Whether the client has a label. */
  #countClient(client: DnsClient, result: number, now: number): boolean {
    const { clients } = this.#options;
    if (client.member?.isMember === true) clients.observeMember(client.member, now);
    else {
      // What was kept belongs to a place that another has by now.
      client.activity = undefined;
      if (clients.label(client.address, now) === 'other') {
        this.#families.clientQueries.add(['other', client.zone, DNS_RESULTS[result] ?? '']);
        return false;
      }
      client.member = clients.memberOf(client.address);
    }
    client.countAsTold(result);
    return true;
  }

  /** Whether the domain has a label. */
  #countDomain(queried: QueriedName, result: number, now: number): boolean {
    const { told: last } = queried;
    if (last?.member.isMember === true) {
      this.domains.observeMember(last.member, now);
      last.queries.add(result);
      return true;
    }
    if (!this.domains.observeKey(queried, now)) {
      this.#otherDomains.add(result);
      return false;
    }
    queried.told = this.#told.get(queried.domain) ?? this.#tell(queried.domain);
    queried.told?.queries.add(result);
    return true;
  }

  #tell(domain: string): ToldDomain | undefined {
    const member = this.domains.memberOf(domain);
    if (member === undefined) return undefined;
    const { domainQueries } = this.#families;
    const told = { member, queries: new SeriesMemo(domainQueries, (number) => [domain, DNS_RESULTS[number] ?? '']) };
    this.#told.set(domain, told);
    return told;
  }

  /** The label value of an upstream. */
  #upstream(given: string, now: number): string {
    const known = this.#hosts.get(given) ?? this.#makeHost(ownText(given));
    if (known.member?.isMember === true) this.#upstreams.observeMember(known.member, now);
    else if (this.#upstreams.observe(known.host, now)) known.member = this.#upstreams.memberOf(known.host);
    else return 'other';
    return known.host;
  }

  #makeHost(text: string): UpstreamHost {
    const made = { host: upstreamHost(boundedValue(text)), member: undefined };
    if (text.length > LONGEST_VALUE) return made;
    if (this.#hosts.size >= REMEMBERED_UPSTREAMS) this.#hosts.clear();
    this.#hosts.set(text, made);
    return made;
  }

  #learn(domain: string, event: DnsEvent, allowed: boolean, now: number): void {
    const { names } = this.#options;
    // What was cached says again what was learned when it came.
    if (allowed && domain !== REVERSE_LOOKUP && !(event.cached && this.addresses.has(domain))) {
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

/** The place of a code in CODES. */
function codeNumber(code: string | undefined): number {
  if (code === CODES[0]) return 0;
  return code === undefined ? NO_CODE : (CODE_NUMBERS.get(code) ?? OTHER_CODE);
}

/** The place of a type in QUERY_TYPES. To compare the few, most frequent first, is cheaper than the hash of a new text. */
function typeNumber(type: string): number {
  for (let number = 0; number < OTHER_TYPE; number++) if (QUERY_TYPES[number] === type) return number;
  return OTHER_TYPE;
}

/**
 * Whether an answer is worth being looked at for private addresses: one with addresses, from an upstream. What was cached was
 * seen when it came; an attacker's answer is hardly ever, as it must change soon.
 */
function mayRebind({ type, code, cached }: DnsEvent, result: number): boolean {
  return !cached && ALLOWED[result] === true && (type === 'A' || type === 'AAAA') && code === 'NOERROR';
}
