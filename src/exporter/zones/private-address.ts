import { parseAddress } from './address.ts';

/** First characters of private addresses in all their spellings. */
const BEGINNINGS = '1fF0:';

/**
 * Whether an address is one of a house or of the host itself: RFC 1918, loopback, link-local, and for IPv6 unique local ones.
 * Not 100.64.0.0/10: overlay networks give public names to addresses of it.
 */
export function isPrivateAddress(text: string): boolean {
  // No other address begins so, and to read one takes a hundred times as long as this look.
  if (!BEGINNINGS.includes(text.charAt(0))) return false;
  const address = parseAddress(text);
  if (address === undefined) return false;
  if (address.family === 4) return isPrivate4(address.bits);
  return isPrivate6(Number(address.bits >> 112n), address.bits === 1n);
}

/** The same of the 32 bits of an IPv4 address. */
export function isPrivate4(bits: number): boolean {
  const first = bits >>> 24;
  const second = (bits >>> 16) & 255;
  if (first === 10 || first === 127) return true;
  if (first === 192) return second === 168;
  if (first === 172) return second >= 16 && second <= 31;
  return first === 169 && second === 254;
}

/** The same of the first 16 bits of an IPv6 address. */
export function isPrivate6(first: number, isLoopback: boolean): boolean {
  return isLoopback || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
}
