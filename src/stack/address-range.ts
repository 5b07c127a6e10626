import { isIPv4, isIPv6 } from 'node:net';

/**
 * The identity of an address range: equal texts for equal ranges, however they are written. `192.168.1.7/24` and
 * `192.168.1.0/24` are the same; an address alone is a range of one. Undefined: no range.
 */
export function rangeIdentity(text: string): string | undefined {
  const [base = '', length, ...rest] = text.split('/');
  const width = isIPv4(base) ? 32 : isIPv6(base) && !base.includes('%') ? 128 : 0;
  if (width === 0 || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const prefix = length === undefined ? width : Number(length);
  if (prefix > width) return undefined;
  const bits = (width === 32 ? bitsOfIPv4(base) : bitsOfIPv6(base)) >> BigInt(width - prefix);
  return `${width === 32 ? 'IPv4' : 'IPv6'}:${bits.toString(16)}/${prefix}`;
}

function bitsOfIPv4(address: string): bigint {
  return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function bitsOfIPv6(address: string): bigint {
  const dotted = /[^:]*\..*$/.exec(address)?.[0];
  const hex = dotted === undefined ? address : address.slice(0, -dotted.length) + hexOf(bitsOfIPv4(dotted));
  const [head = '', tail = ''] = hex.split('::');
  const left = head.split(':').filter((group) => group !== '');
  const right = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function hexOf(bits: bigint): string {
  return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}
