import { constants } from 'node:os';
import type { ContainerSpec, DeviceSpec } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readAbsolutePath } from './host-path.ts';

type Spec = ContainerManifest['spec'];

/** Ulimits to soft and hard each. */
export function readUlimits(value: NonNullable<Spec['ulimits']>, field: Field): NonNullable<ContainerSpec['ulimits']> {
  return Object.fromEntries(
    Object.entries(value).map(([name, limit]) => {
      const { soft, hard } = typeof limit === 'number' ? { soft: limit, hard: limit } : limit;
      if (hard !== -1 && (soft > hard || soft === -1)) field.at(name).error('has a soft limit above the hard one');
      return [name, { soft, hard }];
    }),
  );
}

/** Devices in short and long form, sorted by target. */
export function readDevices(value: NonNullable<Spec['devices']>, field: Field): DeviceSpec[] {
  const devices = value.flatMap((entry, position) => {
    const device = readDevice(entry, field.at(position));
    return device === undefined ? [] : [device];
  });
  return devices.sort((a, b) => (a.target < b.target ? -1 : 1));
}

function readDevice(entry: NonNullable<Spec['devices']>[number], field: Field): DeviceSpec | undefined {
  if (typeof entry === 'object') {
    const target = entry.target ?? entry.source;
    return { source: entry.source, target, permissions: entry.permissions };
  }
  const parts = entry.split(':');
  const [source = '', second, third] = parts;
  if (!source.startsWith('/') || parts.length > 3)
    return field.error(
      'is not a device: write SOURCE[:TARGET[:PERMISSIONS]], such as /dev/ttyUSB0 or /dev/dri:/dev/dri:rw',
    );
  const permissionsOnly = second !== undefined && third === undefined && /^[rwm]{1,3}$/.test(second);
  const permissions = permissionsOnly ? second : (third ?? 'rwm');
  if (!/^[rwm]{1,3}$/.test(permissions)) return field.error('has permissions that are not some of r, w, m');
  const target = permissionsOnly || second === undefined ? source : readAbsolutePath(second, field);
  return target === undefined ? undefined : { source, target, permissions };
}

/** Capabilities to upper case with `CAP_` (or `ALL`), sorted. */
export function readCapabilities(value: readonly string[], field: Field): string[] {
  const names = value.map((text, position) => {
    const upper = text.toUpperCase();
    if (!/^[A-Z_]+$/.test(upper)) field.at(position).error('is not the name of a capability, such as NET_BIND_SERVICE');
    return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  });
  return [...new Set(names)].sort();
}

/** Security options to `name=value` form, sorted. Profiles in files are refused: the engine wants their content. */
export function readSecurityOptions(value: readonly string[], field: Field): string[] {
  const options = value.map((text, position) => {
    if (text === 'no-new-privileges') return 'no-new-privileges=true';
    const option = text.includes('=') ? text : text.replace(':', '=');
    const [name, setting] = [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)];
    const at = field.at(position);
    if (!['no-new-privileges', 'seccomp', 'apparmor', 'label'].includes(name))
      at.error('is not a security option that is supported: known are no-new-privileges, seccomp, apparmor and label');
    else if (name === 'seccomp' && setting !== 'unconfined' && setting !== 'builtin')
      at.error(
        'names a seccomp profile in a file, which is not supported: use unconfined, or leave it out for the profile of the engine',
      );
    else if (name === 'no-new-privileges' && setting !== 'true' && setting !== 'false')
      at.error('must be no-new-privileges:true');
    return option;
  });
  return [...new Set(options)].sort();
}

/** A signal by name or number to `SIGxxx`. */
export function readSignal(value: string | number, field: Field): string | undefined {
  const text = String(value).toUpperCase();
  const names: [string, number][] = Object.entries(constants.signals);
  const byNumber = /^\d+$/.test(text) ? names.find(([, number]) => number === Number(text))?.[0] : undefined;
  const name = byNumber ?? (text.startsWith('SIG') ? text : `SIG${text}`);
  if (names.some(([known]) => known === name) || /^SIGRT(MIN|MAX)([+-]\d{1,2})?$/.test(name)) return name;
  return field.error('is not a signal, such as SIGTERM or SIGHUP');
}
