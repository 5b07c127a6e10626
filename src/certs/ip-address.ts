import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** One spelling for each address: `::1` for `0:0:0:0:0:0:0:1`; undefined for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  // A zone belongs to a host, never to a certificate.
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new SocketAddress({ address: text, family: 'ipv6' }).address;
}
