import type { AnswerAddresses, AskedName, DnsEvent } from '../../../src/exporter/accounts/dns-event.ts';
import type { HttpEvent } from '../../../src/exporter/accounts/http-account.ts';
import { isPrivateAddress } from '../../../src/exporter/zones/private-address.ts';

/** A name as it is asked for. */
export function askedName(name: string): AskedName {
  const before = '{"QH":"';
  return { name, within: `${before}${name}"}`, nameAt: before.length };
}

/** An allowed query of 192.168.1.23 for www.example.com with these differences. */
export function dnsEvent(different: Partial<Omit<DnsEvent, 'ttl'> & AnswerAddresses> = {}): DnsEvent {
  const { addresses = [], ttl, name = 'www.example.com', ...fields } = different;
  return {
    client: '192.168.1.23',
    ...askedName(name),
    type: 'A',
    reason: 0,
    list: undefined,
    service: '',
    upstream: 'https://dns10.quad9.net:443/dns-query',
    seconds: 0.02,
    cached: false,
    code: 'NOERROR',
    answer: () => ({ addresses, ttl }),
    ttl: () => ttl,
    at: () => undefined,
    answersPrivately: () => addresses.some(isPrivateAddress),
    ...fields,
  };
}

/** A request of 192.168.1.23 that memos answered, with these differences. */
export function httpEvent(different: Partial<HttpEvent> = {}): HttpEvent {
  return {
    client: '192.168.1.23',
    service: 'memos@docker',
    server: '172.18.0.5:5230',
    status: 200,
    requestBytes: 10,
    responseBytes: 1000,
    seconds: 0.05,
    originSeconds: 0.04,
    ...different,
  };
}
