import { formatAddress, parseAddress } from '../zones/address.ts';
import { deviceType, type DeviceType } from './device-type.ts';
import { builtInList } from './list-category.ts';

export interface NamedClient {
  readonly name: string;
  /** IP and MAC addresses, client ids. */
  readonly ids: readonly string[];
  readonly tags: readonly string[];
}

export interface FilterList {
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly rules: number;
  /** Seconds since the epoch; undefined: never. */
  readonly updated: number | undefined;
}

export interface BlockedService {
  readonly id: string;
  readonly group: string;
  /** Domains that its rules name. */
  readonly domains: readonly string[];
}

interface KnownClient {
  readonly name: string;
  readonly device: DeviceType;
}

const MOST_CLIENTS = 1024;
const MOST_LISTS = 100;
const MOST_SERVICES = 400;
const MOST_SERVICE_DOMAINS = 8000;
const NOBODY: KnownClient = { name: '', device: { type: 'unknown', source: 'none' } };

/** What AdGuard knows besides its log: names of clients, lists and services. Replaced as a whole when asked again. */
export class Names {
  #clients = new Map<string, KnownClient>();
  #lists = new Map<number, FilterList>();
  #services = new Map<string, string>();
  #serviceDomains = new Map<string, string>();

  /**
   * Clients that somebody named, then those that AdGuard found out by itself (`auto`: address -> name). `leases` (MAC ->
   * IP address) turns MAC addresses of named clients into addresses.
   */
  setClients(
    named: readonly NamedClient[],
    auto: ReadonlyMap<string, string>,
    leases: ReadonlyMap<string, string> = new Map(),
  ): void {
    const clients = new Map<string, KnownClient>();
    const learn = (id: string, client: KnownClient): void => {
      const address = parseAddress(leases.get(id.toLowerCase()) ?? id);
      if (address === undefined || clients.size >= MOST_CLIENTS) return;
      const text = formatAddress(address);
      if (!clients.has(text)) clients.set(text, client);
    };
    for (const { name, ids, tags } of named) for (const id of ids) learn(id, { name, device: deviceType(tags, name) });
    for (const [id, name] of auto) learn(id, { name, device: deviceType([], name) });
    this.#clients = clients;
  }

  setLists(lists: readonly FilterList[]): void {
    this.#lists = new Map(lists.slice(0, MOST_LISTS).map((list) => [list.id, list]));
  }

  setServices(services: readonly BlockedService[]): void {
    const kept = services.slice(0, MOST_SERVICES);
    this.#services = new Map(kept.map(({ id, group }) => [id, group]));
    const domains = kept.flatMap(({ group, domains }) => domains.map((domain) => [domain, group] as const));
    this.#serviceDomains = new Map(domains.slice(0, MOST_SERVICE_DOMAINS));
  }

  /** By an address in its one spelling. */
  client(address: string): KnownClient {
    return this.#clients.get(address) ?? NOBODY;
  }

  get lists(): Iterable<FilterList> {
    return this.#lists.values();
  }

  /** Category of a list; `unlisted` when nothing is known of it. */
  categoryOf(list: number): string {
    return builtInList(list)?.category ?? this.#lists.get(list)?.category ?? 'unlisted';
  }

  /** Group of a service that AdGuard can block; `unknown` when it has none of this id. */
  groupOf(service: string): string {
    return this.#services.get(service) ?? 'unknown';
  }

  /** Group of the service that a domain belongs to, by the rules that would block it. */
  groupOfDomain(domain: string): string | undefined {
    return this.#serviceDomains.get(domain);
  }
}
