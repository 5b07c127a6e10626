import { appendFileSync } from 'node:fs';
import { accessLine } from '../exporter/access-line.ts';
import type { FakeQueryLog } from '../exporter/fake-query-log.ts';

/** Four zones with 60 clients. */
export const HOUSE_ZONES: Readonly<Record<string, readonly string[]>> = {
  lan: ['192.168.1.0/24'],
  iot: ['192.168.30.0/24'],
  guest: ['192.168.40.0/24'],
  containers: ['172.31.0.0/16'],
};
const CLIENTS: readonly string[] = ['192.168.1', '192.168.30', '192.168.40', '172.31.0'].flatMap((network) =>
  Array.from({ length: 15 }, (_, index) => `${network}.${index + 10}`),
);
const DOMAINS = 40;
const BATCH = 1000;
/** So that a whole batch of the exporter's questions fits into a few pages. */
const NANOSECONDS = 1_000_000n;

/** Names of services as Traefik writes them, with the addresses of their servers and what they answer. */
export interface TrafficService {
  readonly name: string;
  readonly servers: readonly string[];
  readonly status: number;
}

/** Filter lists and blocked services, as AdGuard Home describes them. */
export const FILTERS = {
  filters: [
    {
      id: 1,
      url: 'https://adguardteam.github.io/HostlistsRegistry/assets/filter_1.txt',
      name: 'AdGuard DNS filter',
      last_updated: '2026-08-18T00:00:00Z',
      rules_count: 60_000,
      enabled: true,
    },
  ],
  whitelist_filters: null,
  user_rules: [],
  enabled: true,
};

/** What becomes of a query, in turns. */
const KINDS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { cached: true },
  { reason: 'FilteredBlackList', upstream: '', rules: [{ filter_list_id: 1, text: '||ads^' }] },
  {
    reason: 'FilteredBlockedService',
    upstream: '',
    service_name: 'tiktok',
    rules: [{ filter_list_id: -2, text: 'x' }],
  },
  { status: 'SERVFAIL', answer: [] },
  { status: 'NXDOMAIN', answer: [] },
];

/**
 * Sixty clients in four zones that ask and visit once a second, until they are stopped: blocked, failing and cached
 * queries, services that answer and one that does not.
 */
export class HouseTraffic {
  readonly #log: FakeQueryLog;
  readonly #accessLog: string;
  readonly #services: readonly TrafficService[];
  readonly #timer: NodeJS.Timeout;
  #round = 0;

  constructor(log: FakeQueryLog, accessLog: string, services: readonly TrafficService[]) {
    this.#log = log;
    this.#accessLog = accessLog;
    this.#services = services;
    this.#timer = setInterval(() => this.#tick(), BATCH);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const round = this.#round++;
    const now = BigInt(Date.now()) * NANOSECONDS;
    const lines = CLIENTS.map((client, index) => {
      this.#log.add(now + BigInt(index), this.#query(client, index + round));
      return this.#visit(client, index, round);
    });
    appendFileSync(this.#accessLog, `${lines.join('\n')}\n`);
  }

  #query(client: string, number: number): Readonly<Record<string, unknown>> {
    const domain = number % DOMAINS;
    return {
      client,
      question: { type: number % 3 === 0 ? 'AAAA' : 'A', class: 'IN', name: `www.site-${domain}.example` },
      answer: [{ type: 'A', value: `203.0.113.${domain + 1}`, ttl: 300 }],
      ...KINDS[number % KINDS.length],
    };
  }

  #visit(client: string, index: number, round: number): string {
    const service = this.#services[index % this.#services.length];
    const server = service?.servers[(index + round) % service.servers.length] ?? '';
    return accessLine({
      ClientAddr: `${client}:51234`,
      ClientHost: client,
      DownstreamStatus: service?.status,
      OriginStatus: service?.status,
      OriginDuration: (1 + ((index * 7 + round) % 90)) * 1_000_000,
      ServiceName: service?.name,
      ServiceAddr: server,
      ServiceURL: `http://${server}`,
    });
  }
}
