import { isIPv4, isIPv6 } from 'node:net';
import type { NetworkAttachment } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';

type Networks = NonNullable<ContainerManifest['spec']['networks']>;

const PREDEFINED = new Set(['bridge', 'host', 'none']);

/** Networks as a list of names or a map with details, to attachments by name. */
export function readNetworks(value: Networks, field: Field): Record<string, NetworkAttachment> {
  const entries: [string, NetworkAttachment][] = isList(value)
    ? value.map((name, position) => [checkName(name, field.at(position)), { aliases: [] }])
    : Object.entries(value).map(([name, details]) => {
        const at = field.at(name);
        checkName(name, at);
        const ipv4 = details?.ipv4_address;
        const ipv6 = details?.ipv6_address;
        if (ipv4 !== undefined && !isIPv4(ipv4)) at.at('ipv4_address').error('is not an IPv4 address');
        if (ipv6 !== undefined && !isIPv6(ipv6)) at.at('ipv6_address').error('is not an IPv6 address');
        return [
          name,
          {
            aliases: [...new Set(details?.aliases ?? [])].sort(),
            ...(ipv4 === undefined ? {} : { ipv4_address: ipv4 }),
            ...(ipv6 === undefined ? {} : { ipv6_address: ipv6.toLowerCase() }),
          },
        ];
      });
  return Object.fromEntries(entries);
}

function isList(value: Networks): value is string[] {
  return Array.isArray(value);
}

function checkName(name: string, field: Field): string {
  if (PREDEFINED.has(name)) field.error(`${name} is no network to join: use network_mode: ${name}`);
  return name;
}

/** `network_mode`, `ipc`, `pid`: checks the value against those that the engine knows. */
export function readNamespace(text: string, allowed: readonly string[], field: Field): string | undefined {
  if (allowed.includes(text)) return text;
  if (/^container:[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(text) && allowed.includes('container:<name>')) return text;
  if (text.startsWith('service:'))
    return field.error('names a Compose service: write container:<name of the Container>');
  return field.error(`must be one of ${allowed.join(', ')}`);
}
