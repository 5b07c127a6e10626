import { isIPv4, isIPv6 } from 'node:net';

/** An address as its bits: 32 of them for IPv4, 128 for IPv6. An IPv4-mapped IPv6 address is the IPv4 address. */
export type Address = { readonly family: 4; readonly bits: number } | { readonly family: 6; readonly bits: bigint };

const MAPPED = 0xffffn;

/** Reads an IP address in any spelling; a zone index (`%eth0`) is left out. Undefined: not an address. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, bits: ipv4Bits(text) };
  const [bare = ''] = text.split('%', 1);
  if (!isIPv6(bare)) return undefined;
  const bits = ipv6Bits(bare);
  if (bits >> 32n === MAPPED) return { family: 4, bits: Number(bits & 0xffff_ffffn) };
  return { family: 6, bits };
}

/** The one spelling of an address (RFC 5952 for IPv6), so that equal addresses are equal texts. */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    const { bits } = address;
    return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
  }
  const groups = Array.from({ length: 8 }, (_, index) => Number((address.bits >> BigInt(112 - 16 * index)) & 0xffffn));
  const { start, length } = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function ipv4Bits(text: string): number {
  let bits = 0;
  for (const part of text.split('.')) bits = bits * 256 + Number(part);
  return bits;
}

function ipv6Bits(text: string): bigint {
  const dotted = text.lastIndexOf('.') === -1 ? undefined : text.slice(text.lastIndexOf(':') + 1);
  const whole =
    dotted === undefined
      ? text
      : `${text.slice(0, text.length - dotted.length)}${ipv4Bits(dotted)
          .toString(16)
          .padStart(8, '0')
          .replace(/^(.{4})/, '$1:')}`;
  const [head = '', tail] = whole.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  let bits = 0n;
  for (const group of [...left, ...zeros, ...right]) bits = (bits << 16n) | BigInt(parseInt(group, 16));
  return bits;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}
