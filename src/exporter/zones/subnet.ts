import { formatAddress, parseAddress, type Address } from './address.ts';

export interface Subnet {
  readonly address: Address;
  /** Length of the prefix in bits. */
  readonly prefix: number;
}

/** Reads `192.168.1.0/24`, `fd00::/8` or a single address. Bits behind the prefix are cut off. Undefined: not a subnet. */
export function parseSubnet(text: string): Subnet | undefined {
  const [base = '', length, ...rest] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  // The prefix of a mapped network counts from the IPv6 address's first bit.
  const written = base.includes(':') ? 128 : 32;
  const given = length === undefined ? written : Number(length);
  const prefix = given - (written - (address.family === 4 ? 32 : 128));
  if (given > written || prefix < 0) return undefined;
  if (address.family === 4) return { address: { family: 4, bits: mask4(address.bits, prefix) }, prefix };
  const behind = BigInt(128 - prefix);
  return { address: { family: 6, bits: (address.bits >> behind) << behind }, prefix };
}

/** The one spelling of a subnet. */
export function formatSubnet({ address, prefix }: Subnet): string {
  return `${formatAddress(address)}/${prefix}`;
}

/** The first `prefix` bits of an IPv4 address, the rest 0. */
export function mask4(bits: number, prefix: number): number {
  return prefix === 0 ? 0 : (bits & (~0 << (32 - prefix))) >>> 0;
}
