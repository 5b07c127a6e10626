/** An IPv4 subnet as numbers. */
export interface Subnet {
  readonly base: number;
  readonly prefix: number;
}

/** `10.1.2.3/24` to its subnet; undefined when it is none (an IPv6 one is not modelled). */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text);
  const address = parseAddress(match?.[1] ?? '');
  const prefix = Number(match?.[2] ?? 99);
  if (address === undefined || prefix > 32) return undefined;
  return { base: address - (address % 2 ** (32 - prefix)), prefix };
}

export function parseAddress(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function contains(subnet: Subnet, address: number): boolean {
  return address >= subnet.base && address < subnet.base + 2 ** (32 - subnet.prefix);
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return contains(a, b.base) || contains(b, a.base);
}

/** Subnets that the engine gives to networks that name none, in its order. */
export function* defaultPools(): Generator<Subnet> {
  for (let second = 17; second < 32; second++) yield { base: (172 * 256 + second) * 65_536, prefix: 16 };
  for (let third = 0; third < 256; third += 16) yield { base: (192 * 256 + 168) * 65_536 + third * 256, prefix: 20 };
}
