/** Host of an upstream as AdGuard writes it: `https://dns10.quad9.net:443/dns-query`, `tls://1.1.1.1`, `[::1]:53`. */
export function upstreamHost(upstream: string): string {
  if (upstream.startsWith('sdns://')) return 'sdns';
  const scheme = upstream.indexOf('://');
  const rest = scheme === -1 ? upstream : upstream.slice(scheme + 3);
  const authority = rest.split('/', 1)[0] ?? '';
  const bracketed = /^\[([^\]]*)\]/.exec(authority)?.[1];
  if (bracketed !== undefined) return bracketed.toLowerCase();
  const parts = authority.split(':');
  // More than one colon without brackets is an IPv6 address without a port.
  return (parts.length === 2 ? (parts[0] ?? '') : authority).toLowerCase();
}
