import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** One spelling for each address: `::1` for `0:0:0:0:0:0:0:1`; undefined for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  // A zone belongs to a host, never to a certificate.
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new SocketAddress({ address: text, family: 'ipv6' }).address;
}

/**
 * A canonical address without the dotted quad that `::0.1.0.0` and `::ffff:1.2.3.4` end in: the certificate library reads
 * that part wrong.
 */
export function undottedAddress(address: string): string {
  // The URL standard serialises IPv6 addresses without dots (https://url.spec.whatwg.org/#concept-ipv6-serializer).
  return isIPv6(address) ? new URL(`https://[${address}]`).hostname.slice(1, -1) : address;
}
