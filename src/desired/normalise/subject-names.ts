import { isIP, SocketAddress } from 'node:net';
import type { Field } from '../field.ts';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A DNS name to lower case; a `*` may stand for its whole first label. Undefined after reporting what is wrong. */
export function readDnsName(text: string, field: Field): string | undefined {
  const name = text.toLowerCase();
  if (isIP(name) !== 0) return field.error('is an address: put it into ipAddresses');
  if (name.endsWith('.')) return field.error('ends with a dot: leave it out');
  const labels = name.split('.');
  const wildcard = labels[0] === '*' && labels.length > 1;
  if (name.includes('*') && !wildcard)
    return field.error('may have a * only as its whole first label, such as *.lab.example');
  if (/[^ -~]/.test(name)) return field.error('is not ASCII: write it in the form that begins with xn--');
  const wrong = labels.slice(wildcard ? 1 : 0).some((label) => !LABEL.test(label));
  if (wrong || name.length > 253 || /^\d+$/.test(labels.at(-1) ?? ''))
    return field.error('is not a DNS name: labels of letters, digits and inner hyphens, joined by dots');
  return name;
}

/** An address to its canonical form (RFC 5952 for IPv6). Undefined after reporting what is wrong. */
export function readAddress(text: string, field: Field): string | undefined {
  const family = isIP(text);
  if (text.includes('/')) return field.error('is a network: a certificate is for single addresses');
  if (text.includes('%')) return field.error('has a zone, which means nothing to other hosts: leave it out');
  if (family === 0) return field.error('is not an IPv4 or IPv6 address');
  if (family === 4) return text;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  if (/^::ffff:.*\./.test(address)) return field.error('is an IPv4 address in IPv6 form: write it as IPv4');
  return address;
}

/** Every entry of a list by its reader, in the order written; what is there twice is reported. */
export function readEach(
  list: readonly string[],
  read: (text: string, field: Field) => string | undefined,
  field: Field,
): string[] {
  const found: string[] = [];
  list.forEach((text, position) => {
    const value = read(text, field.at(position));
    if (value === undefined) return;
    if (found.includes(value)) field.at(position).error(`${value} is listed twice: keep one`);
    else found.push(value);
  });
  return found;
}

/** Whether a certificate for these names is good for this one: a `*` stands for exactly one label. */
export function isCovered(name: string, names: readonly string[]): boolean {
  const rest = name.slice(name.indexOf('.'));
  return names.includes(name) || (name.includes('.') && isIP(name) === 0 && names.includes(`*${rest}`));
}
