import { isIP } from 'node:net';
import type { PortPublication } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';

type PortEntry = NonNullable<ContainerManifest['spec']['ports']>[number];
type Protocol = PortPublication['protocol'];

const SHORT = /^(?:(?<host>.*):)?(?<target>[\d-]+)(?:\/(?<protocol>\w+))?$/;

/** Published ports, short and long forms, ranges spread out; sorted, without duplicates. */
export function readPorts(entries: readonly PortEntry[], field: Field): PortPublication[] {
  const ports = entries.flatMap((entry, position) => readEntry(entry, field.at(position)));
  const unique = new Map(ports.map((port) => [portKey(port), port]));
  return [...unique.keys()].sort().map((key) => unique.get(key) as PortPublication);
}

/** Ports that are only documented: `80` and `80/udp` to `80/tcp` form, sorted. */
export function readExpose(entries: readonly (string | number)[], field: Field): string[] {
  const ports = entries.flatMap((entry, position) => {
    const at = field.at(position);
    const match = /^([\d-]+)(?:\/(\w+))?$/.exec(String(entry));
    const range = match === null ? undefined : readRange(match[1] ?? '', at);
    const protocol = match === null ? undefined : readProtocol(match[2], at);
    if (match === null) at.error('is not a port: write 80 or 53/udp');
    return range === undefined || protocol === undefined ? [] : range.map((port) => `${port}/${protocol}`);
  });
  return [...new Set(ports)].sort();
}

function readEntry(entry: PortEntry, field: Field): PortPublication[] {
  if (typeof entry !== 'object') return readShort(field.text(entry), field);
  const target = readRange(String(entry.target), field.at('target'));
  const published =
    entry.published === undefined ? undefined : readRange(String(entry.published), field.at('published'));
  const host = readHostAddress(entry.host_ip ?? '', field.at('host_ip'));
  if (target === undefined || host === undefined || (entry.published !== undefined && published === undefined))
    return [];
  return spread(target, published, host, entry.protocol, field);
}

function readShort(text: string, field: Field): PortPublication[] {
  const match = SHORT.exec(text);
  if (match?.groups === undefined) {
    field.error('is not a port: write [HOST_IP:][HOST_PORT:]PORT[/PROTOCOL], such as 127.0.0.1:8080:80 or 53:53/udp');
    return [];
  }
  const left = match.groups['host'];
  const colon = left?.lastIndexOf(':') ?? -1;
  const publishedText = left === undefined ? '' : left.slice(colon + 1);
  const target = readRange(match.groups['target'] ?? '', field);
  const protocol = readProtocol(match.groups['protocol'], field);
  const host = colon < 0 ? '' : readHostAddress(left?.slice(0, colon) ?? '', field);
  const published = publishedText === '' ? undefined : readRange(publishedText, field);
  if (target === undefined || protocol === undefined || host === undefined) return [];
  if (publishedText !== '' && published === undefined) return [];
  return spread(target, published, host, protocol, field);
}

function spread(
  target: readonly number[],
  published: readonly number[] | undefined,
  host_ip: string,
  protocol: Protocol,
  field: Field,
): PortPublication[] {
  if (published !== undefined && published.length !== target.length) {
    field.error(
      target.length === 1
        ? 'gives a range of host ports for one port; name one host port, or none and the engine chooses'
        : `maps ${published.length} host ports to ${target.length} ports; both ranges must be of equal length`,
    );
    return [];
  }
  return target.map((port, position) => {
    const hostPort = published?.[position];
    return { target: port, protocol, host_ip, ...(hostPort === undefined ? {} : { published: hostPort }) };
  });
}

function readRange(text: string, field: Field): number[] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || first < 1 || last > 65_535)
    return field.error(`is not a port or a range of ports between 1 and 65535`);
  if (last < first) return field.error('is a range that ends before it begins');
  if (last - first >= 1000) return field.error('is a range of more than 1000 ports');
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

function readProtocol(text: string | undefined, field: Field): Protocol | undefined {
  const protocol = (text ?? 'tcp').toLowerCase();
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp') return protocol;
  return field.error('names a protocol that is none of tcp, udp, sctp');
}

function readHostAddress(text: string, field: Field): string | undefined {
  const address = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (address === '' || isIP(address) !== 0) return address.toLowerCase();
  return field.error('names a host address that is not an IP address (IPv6 in brackets, such as [::1]:80:80)');
}

function portKey(port: PortPublication): string {
  const pad = (value: number | undefined): string => String(value ?? 0).padStart(5, '0');
  return [pad(port.target), port.protocol, port.host_ip, pad(port.published)].join(' ');
}
