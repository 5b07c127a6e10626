import { isIP } from 'node:net';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';

type ExtraHosts = NonNullable<ContainerManifest['spec']['extra_hosts']>;

/** Extra lines of the hosts file to `host:address` form, sorted. */
export function readExtraHosts(value: ExtraHosts, field: Field): string[] {
  const lines = isList(value)
    ? value.map((text, position) => readLine(text, field.at(position)))
    : Object.entries(value).flatMap(([host, addresses]) =>
        [addresses].flat().map((address) => formatLine(host, address, field.at(host))),
      );
  return [...new Set(lines.filter((line) => line !== undefined))].sort();
}

function isList(value: ExtraHosts): value is string[] {
  return Array.isArray(value);
}

function readLine(text: string, field: Field): string | undefined {
  const match = /^([^=:]+)[=:](.+)$/.exec(text);
  if (match === null) return field.error('is not a host and an address: write host=address');
  return formatLine(match[1] ?? '', match[2] ?? '', field);
}

function formatLine(host: string, address: string, field: Field): string | undefined {
  const plain = address.replace(/^\[(.*)\]$/, '$1');
  if (plain !== 'host-gateway' && isIP(plain) === 0) return field.error('must give an IP address or host-gateway');
  return `${host}:${plain}`;
}

/** Name servers, in order. */
export function readNameServers(value: string | readonly string[], field: Field): string[] {
  const servers: string[] = typeof value === 'string' ? [value] : [...value];
  servers.forEach((server, position) => {
    if (isIP(server) === 0) (typeof value === 'string' ? field : field.at(position)).error('is not an IP address');
  });
  return servers;
}
