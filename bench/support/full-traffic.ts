import { dnsTraffic, httpTraffic, type Traffic } from '../../test/support/exporter/traffic.ts';

const ZONES = 16;
const TYPES = 'A AAAA HTTPS SVCB CNAME PTR TXT MX NS SOA SRV'.split(' ');
const CODES = 500;
const SERVICES = 15;

export const FULL_ZONES = Array.from({ length: ZONES }, (_, zone) => ({
  name: `zone${zone}`,
  subnets: [`10.${zone}.0.0/16`],
}));

/** Traffic of so many kinds that a page reaches its 4000 series; what it adds up to is not told. */
export function fullTraffic(count: number): { dns: Traffic; http: Traffic } {
  const vary = (lines: readonly string[], different: (index: number) => object): Traffic => ({
    lines: lines.map((line, index) => JSON.stringify({ ...(JSON.parse(line) as object), ...different(index) })),
    adds: [],
  });
  const client = (index: number): string => `10.${index % ZONES}.0.${(index * 7) % 61}`;
  return {
    dns: vary(dnsTraffic(count).lines, (index) => ({
      IP: client(index),
      QT: TYPES[Math.floor(index / ZONES) % TYPES.length],
      Upstream: `https://dns${Math.floor(index / 3) % 12}.example/dns-query`,
      Result: { Reason: Math.floor(index / 5) % 10 },
    })),
    http: vary(httpTraffic(count).lines, (index) => ({
      ClientAddr: `${client(index)}:5000`,
      ServiceName: `service-${Math.floor(index / ZONES) % SERVICES}@docker`,
      DownstreamStatus: 100 + ((index * 37) % CODES),
    })),
  };
}
