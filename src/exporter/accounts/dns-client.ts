import type { Member } from '../admission/admission.ts';
import type { ClientActivity } from '../scores/client-activity.ts';
import type { ZoneActivity } from '../scores/zone-activity.ts';
import { SeriesMemo } from '../store/series-memo.ts';
import type { Place } from '../zones/zone-table.ts';
import { DNS_RESULTS } from './dns-event.ts';
import type { DnsFamilies } from './dns-families.ts';

/** Types that have a label value of their own. */
export const QUERY_TYPES = [...'A AAAA HTTPS SVCB CNAME PTR TXT MX NS SOA SRV'.split(' '), 'other'] as const;

/** One client as the query log writes it, with the series that its queries are counted in. */
export class DnsClient {
  /** As the log writes it. */
  readonly text: string;
  readonly address: string;
  readonly zone: string;
  /** Its place among the told clients, as it was last. */
  member: Member | undefined;
  /** What is scored of it, as it was last. */
  activity: ClientActivity | undefined;
  readonly isGateway: boolean;
  /** What is scored of its zone. */
  readonly inZone: ZoneActivity;
  /** The window in which it was last met. */
  metIn: number | undefined;
  readonly #queries: SeriesMemo;
  readonly #cached: SeriesMemo;
  readonly #told: SeriesMemo;

  constructor(
    text: string,
    { address, zone }: Place,
    families: DnsFamilies,
    of: { inZone: ZoneActivity; isGateway: boolean },
  ) {
    this.text = text;
    this.inZone = of.inZone;
    this.isGateway = of.isGateway;
    this.address = address;
    this.zone = zone;
    const width = DNS_RESULTS.length;
    this.#queries = new SeriesMemo(families.queries, (number) => [
      zone,
      QUERY_TYPES[Math.floor(number / width)] ?? 'other',
      DNS_RESULTS[number % width] ?? '',
    ]);
    this.#cached = new SeriesMemo(families.cached, () => [zone]);
    this.#told = new SeriesMemo(families.clientQueries, (result) => [address, zone, DNS_RESULTS[result] ?? '']);
  }

  /** Counts a query by zone, type (its place in QUERY_TYPES) and result (its place in DNS_RESULTS). */
  count(type: number, result: number, cached: boolean): void {
    this.#queries.add(type * DNS_RESULTS.length + result);
    if (cached) this.#cached.add(0);
  }

  /** Counts a query of a client that has a label. */
  countAsTold(result: number): void {
    this.#told.add(result);
  }
}
