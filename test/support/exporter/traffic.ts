import { Chance } from '../../sim/certificates/chance.ts';
import { accessLine } from './access-line.ts';

export const CLIENTS: readonly (readonly [address: string, zone: string])[] = [
  ...Array.from({ length: 30 }, (_, index) => [`192.168.1.${index + 10}`, 'lan'] as const),
  ...Array.from({ length: 10 }, (_, index) => [`192.168.30.${index + 10}`, 'iot'] as const),
  ...Array.from({ length: 15 }, (_, index) => [`172.18.0.${index + 2}`, 'docker'] as const),
  ...Array.from({ length: 5 }, (_, index) => [`fd00::${index + 1}`, 'lan'] as const),
];
/** Zones that hold these clients. */
export const TRAFFIC_ZONES = [
  { name: 'lan', subnets: ['192.168.1.0/24', 'fd00::/8'] },
  { name: 'iot', subnets: ['192.168.30.0/24'] },
  { name: 'docker', subnets: ['172.16.0.0/12'] },
];
const DOMAINS = 30_000;
const POPULAR = 200;
const SERVICES = 'memos grafana gitea jellyfin paperless vaultwarden home-assistant immich'.split(' ');
const TYPES = 'A A A A AAAA AAAA HTTPS TXT'.split(' ');
const STATUSES = [200, 200, 200, 200, 200, 206, 304, 404, 500, 101];
const BASE = Date.UTC(2026, 7, 18, 8);

/** Lines, and what exactly they add up to. */
export interface Traffic {
  /** Without ends of line. */
  readonly lines: readonly string[];
  /** By line: the series that it adds to, as the page writes them, and how much. */
  readonly adds: readonly (readonly (readonly [series: string, by: number])[])[];
}

/** What the first lines of a traffic that is repeated without end add up to. */
export function totalsOf({ adds }: Traffic, count: number): Map<string, number> {
  const totals = new Map<string, number>();
  adds.forEach((line, index) => {
    const times = Math.floor(count / adds.length) + (index < count % adds.length ? 1 : 0);
    if (times === 0) return;
    for (const [series, by] of line) totals.set(series, (totals.get(series) ?? 0) + by * times);
  });
  return totals;
}

/** Lines of AdGuard's query log: 60 clients; every other one goes through 30,000 domains, the rest asks for 200 of them. */
export function dnsTraffic(count: number): Traffic {
  const chance = new Chance(20261122);
  const lines: string[] = [];
  const adds: [string, number][][] = [];
  for (let index = 0; index < count; index++) {
    const [client, zone] = chance.pick(CLIENTS);
    const domain = index % 2 === 0 ? ((index / 2) * 7919) % DOMAINS : Math.floor(chance.next() ** 2 * POPULAR);
    const name = `${chance.pick(['www', 'api', 'cdn', 'push'])}.example-site-${domain}.${domain % 3 === 0 ? 'net' : 'com'}`;
    const type = chance.pick(TYPES);
    const kind = chance.next();
    const [result, fields] =
      kind < 0.76
        ? (['allowed', {}] as const)
        : kind < 0.95
          ? (['blocked', blockedBy(1 + (domain % 4))] as const)
          : kind < 0.98
            ? (['blocked_service', { IsFiltered: true, Reason: 8, ServiceName: 'tiktok' }] as const)
            : (['rewritten', { Reason: 9 }] as const);
    const cached = result === 'allowed' && chance.happens(0.4);
    const missing = chance.happens(0.04);
    lines.push(
      JSON.stringify({
        T: new Date(BASE + index * 20).toISOString().replace('Z', `${String(index % 1_000_000).padStart(6, '0')}Z`),
        QH: name,
        QT: type,
        QC: 'IN',
        CP: '',
        // In the order of AdGuard's struct, as AdGuard writes it.
        ...(result === 'allowed' ? { Upstream: `https://dns${domain % 2}.example:443/dns-query` } : {}),
        Answer: answer(name, missing ? 3 : 0, domain),
        IP: client,
        Result: fields,
        Elapsed: 200_000 + chance.below(30_000_000),
        ...(cached ? { Cached: true } : {}),
      }),
    );
    adds.push([
      [`adguard_dns_queries_total{zone="${zone}",qtype="${type}",result="${result}"}`, 1],
      [`adguard_client_dns_queries_total{client="${client}",zone="${zone}",result="${result}"}`, 1],
      [`adguard_dns_responses_total{rcode="${missing ? 'NXDOMAIN' : 'NOERROR'}"}`, 1],
      ...(cached ? [[`adguard_dns_cached_queries_total{zone="${zone}"}`, 1] satisfies [string, number]] : []),
    ]);
  }
  return { lines, adds };
}

/** Lines of Traefik's access log: the same clients, 8 services of two servers each. */
export function httpTraffic(count: number): Traffic {
  const chance = new Chance(5);
  const lines: string[] = [];
  const adds: [string, number][][] = [];
  for (let index = 0; index < count; index++) {
    const [client, zone] = chance.pick(CLIENTS);
    const name = chance.pick(SERVICES);
    const service = `${name}@docker`;
    const status = chance.pick(STATUSES);
    const requestBytes = chance.happens(0.3) ? chance.below(5000) : 0;
    const responseBytes = chance.below(100_000);
    const origin = 1_000_000 + chance.below(80_000_000);
    lines.push(
      accessLine({
        ClientAddr: client.includes(':') ? `[${client}]:51234` : `${client}:51234`,
        ClientHost: client,
        DownstreamContentSize: responseBytes,
        DownstreamStatus: status,
        Duration: origin + 300_000,
        OriginDuration: origin,
        OriginStatus: status,
        RequestContentSize: requestBytes,
        RequestCount: index,
        RequestHost: `${name}.lab`,
        RequestPath: `/api/v1/${name}/${index}`,
        ServiceAddr: `172.18.0.${100 + chance.below(2)}:8080`,
        ServiceName: service,
      }),
    );
    adds.push([
      [
        `homelab_http_requests_total{zone="${zone}",service="${service}",code_class="${Math.floor(status / 100)}xx"}`,
        1,
      ],
      [`homelab_http_request_body_bytes_total{zone="${zone}",service="${service}"}`, requestBytes],
      [`homelab_http_response_body_bytes_total{zone="${zone}",service="${service}"}`, responseBytes],
      [`homelab_http_client_requests_total{client="${client}",service="${service}"}`, 1],
    ]);
  }
  return { lines, adds };
}

function blockedBy(list: number): object {
  return { IsFiltered: true, Reason: 3, Rules: [{ FilterListID: list, Text: '||example^' }] };
}

/** An answer in DNS wire format with one address, in base64. */
function answer(name: string, code: number, number: number): string {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  const count = code === 0 ? 1 : 0;
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 93, 184, number >> 8, number & 255];
  return Buffer.concat([
    Buffer.from([0, 1, 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, 1, 0, 1, ...(count === 1 ? record : [])]),
  ]).toString('base64');
}
