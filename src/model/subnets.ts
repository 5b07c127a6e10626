import { BlockList, isIPv6 } from 'node:net';

/** Whether two subnets (`10.1.0.0/24`, IPv4 or IPv6) share an address: exactly when one holds the other's first. */
export function subnetsOverlap(one: string, other: string): boolean {
  return holdsFirstOf(one, other) || holdsFirstOf(other, one);
}

function holdsFirstOf(outer: string, inner: string): boolean {
  const [address = '', prefix = ''] = outer.split('/');
  const [first = ''] = inner.split('/');
  if (isIPv6(address) !== isIPv6(first)) return false;
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  try {
    const list = new BlockList();
    list.addSubnet(address, Number(prefix), family);
    return list.check(first, family);
  } catch {
    // Not a subnet as we read it: the engine has the last word.
    return false;
  }
}
