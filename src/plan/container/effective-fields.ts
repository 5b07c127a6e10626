import { posix } from 'node:path';
import {
  canonicalCapabilities,
  canonicalSecurityOptions,
  canonicalSignal,
  optionSet,
} from '../../model/canonical-values.ts';
import type { FieldValue, Fields } from '../../model/fields.ts';
import { isOwnLabel } from '../../model/labels.ts';
import type { EngineFacts, ImageConfig } from '../../model/observed.ts';
import type { ContainerSpec, HealthcheckSpec, MountSpec, PortPublication } from '../../model/specs.ts';

const SHM_DEFAULT = 64 * 1024 * 1024;
const STOP_TIMEOUT_DEFAULT = 10;

/**
 * Spec, image and engine to the canonical fields that inspect must show: what the engine's own merge makes of them
 * (moby `daemon/commit.go` merge, `daemon_unix.go` adaptContainerSettings). Same form as `observe/container-fields.ts`.
 */
export function effectiveFields(spec: ContainerSpec, image: ImageConfig, engine: EngineFacts): Fields {
  const fields: Record<string, FieldValue> = {};
  const set = (path: string, value: FieldValue | undefined, defaultValue?: FieldValue): void => {
    if (value !== undefined && value !== null && value !== defaultValue) fields[path] = value;
  };
  const setList = (path: string, values: readonly string[] | undefined, sorted = false): void => {
    if (values && values.length > 0) fields[path] = sorted ? [...values].sort() : [...values];
  };
  const mode = spec.network_mode ?? '';
  const sharesNames = mode === 'host' || mode.startsWith('container:') || spec.uts === 'host';

  commandFields(spec, image, setList);
  for (const [name, value] of Object.entries({ ...imageEnvironment(image), ...spec.environment }))
    fields[`environment.${name}`] = value;
  for (const [name, value] of Object.entries({ ...image.labels, ...spec.labels }))
    if (!isOwnLabel(name)) fields[`labels.${name}`] = value;
  if (!sharesNames) {
    set('hostname', spec.hostname, '');
    set('domainname', spec.domainname, '');
  }
  set('user', spec.user || image.user, '');
  const workingDirectory = spec.working_dir || image.workingDir;
  set('working_dir', workingDirectory === '' ? '' : cleanPath(workingDirectory), '');
  set('mac_address', spec.mac_address, '');
  set('tty', spec.tty, false);
  set('stdin_open', spec.stdin_open, false);
  const stopSignal = spec.stop_signal ?? image.stopSignal;
  set('stop_signal', stopSignal === '' ? undefined : canonicalSignal(stopSignal), 'SIGTERM');
  set('stop_grace_period', spec.stop_grace_period, STOP_TIMEOUT_DEFAULT);
  setList('expose', exposedPorts(spec, image), true);
  healthFields(spec.healthcheck, image.healthcheck, set);

  const restart = spec.restart;
  if (restart && restart.policy !== 'no')
    fields.restart =
      restart.policy === 'on-failure' && restart.max_retries ? `on-failure:${restart.max_retries}` : restart.policy;
  set('mem_limit', spec.mem_limit, 0);
  set('memswap_limit', spec.memswap_limit || undefined, (spec.mem_limit ?? 0) * 2);
  set('mem_reservation', spec.mem_reservation, 0);
  set('cpus', spec.cpus, 0);
  set('cpu_shares', spec.cpu_shares, 0);
  set('cpu_quota', spec.cpu_quota, 0);
  set('cpu_period', spec.cpu_period, 0);
  set('cpuset', spec.cpuset, '');
  if ((spec.pids_limit ?? 0) > 0) set('pids_limit', spec.pids_limit);
  setList('cap_add', canonicalCapabilities(spec.cap_add ?? []));
  setList('cap_drop', canonicalCapabilities(spec.cap_drop ?? []));
  set('privileged', spec.privileged, false);
  set('read_only', spec.read_only, false);
  set('init', spec.init);
  const daemonLabels = spec.privileged === true || spec.pid === 'host' || spec.ipc === 'host';
  setList('security_opt', canonicalSecurityOptions(spec.security_opt ?? [], daemonLabels));
  setList('extra_hosts', spec.extra_hosts, true);
  setList('dns', spec.dns);
  setList('dns_search', spec.dns_search);
  setList('dns_opt', spec.dns_opt, true);
  for (const [name, limit] of Object.entries(spec.ulimits ?? {}))
    fields[`ulimits.${name}`] = { soft: limit.soft, hard: limit.hard };
  for (const [name, value] of Object.entries(spec.sysctls ?? {})) fields[`sysctls.${name}`] = value;
  setList(
    'devices',
    (spec.devices ?? []).map((device) => `${device.source}:${device.target}:${device.permissions}`),
    true,
  );
  fields['logging.driver'] = spec.logging?.driver ?? engine.loggingDriver;
  for (const [name, value] of Object.entries(spec.logging?.options ?? {})) fields[`logging.options.${name}`] = value;
  set('shm_size', spec.shm_size, SHM_DEFAULT);
  set('ipc', spec.ipc, 'private');
  set('pid', spec.pid, '');
  set('uts', spec.uts, '');
  set('userns_mode', spec.userns_mode, '');
  set('cgroup_parent', spec.cgroup_parent, '');
  set('runtime', spec.runtime ?? engine.defaultRuntime, 'runc');
  setList('group_add', spec.group_add, true);
  set('oom_kill_disable', spec.oom_kill_disable, false);
  set('oom_score_adj', spec.oom_score_adj, 0);
  setList('ports', (spec.ports ?? []).map(portText), true);
  for (const mount of spec.volumes ?? []) fields[`volumes.${cleanPath(mount.target)}`] = mountValue(mount);
  for (const [path, options] of Object.entries(spec.tmpfs ?? {}))
    fields[`tmpfs.${cleanPath(path)}`] = optionSet(options);
  networkFields(spec, fields);
  return fields;
}

function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

/** The image's command counts only while the spec sets no entrypoint of its own; an empty one keeps it. */
function commandFields(
  spec: ContainerSpec,
  image: ImageConfig,
  setList: (path: string, values: readonly string[] | undefined) => void,
): void {
  const ownEntrypoint = (spec.entrypoint?.length ?? 0) > 0;
  const command = (spec.command?.length ?? 0) > 0 ? spec.command : ownEntrypoint ? undefined : image.cmd;
  setList('command', command);
  setList('entrypoint', spec.entrypoint ?? image.entrypoint);
}

function imageEnvironment(image: ImageConfig): Record<string, string | null> {
  return Object.fromEntries(
    image.env.map((entry) => {
      const equals = entry.indexOf('=');
      return equals < 0 ? [entry, null] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

function exposedPorts(spec: ContainerSpec, image: ImageConfig): string[] {
  const published = (spec.ports ?? []).map((port) => `${port.target}/${port.protocol}`);
  return [...new Set([...(spec.expose ?? []), ...published, ...image.exposedPorts])];
}

function healthFields(
  spec: HealthcheckSpec | undefined,
  image: ImageConfig['healthcheck'],
  set: (path: string, value: FieldValue | undefined, defaultValue?: FieldValue) => void,
): void {
  const test = spec?.test && spec.test.length > 0 ? spec.test : image?.test;
  if (test?.[0] === 'NONE') return set('healthcheck.test', ['NONE']);
  if (test && test.length > 0) set('healthcheck.test', test);
  for (const name of ['interval', 'timeout', 'start_period', 'retries'] as const)
    set(`healthcheck.${name}`, spec?.[name] || image?.[name], 0);
}

function portText(port: PortPublication): string {
  return `${port.host_ip}:${port.published ?? ''}:${port.target}/${port.protocol}`;
}

function mountValue(mount: MountSpec): FieldValue {
  return {
    type: mount.type,
    ...(mount.type === 'tmpfs'
      ? {}
      : { source: mount.type === 'bind' ? cleanPath(mount.source ?? '') : (mount.source ?? '') }),
    read_only: mount.read_only,
    ...(mount.propagation ? { propagation: mount.propagation } : {}),
    ...(mount.nocopy ? { nocopy: true } : {}),
    ...(mount.tmpfs_size ? { tmpfs_size: mount.tmpfs_size } : {}),
    ...(mount.tmpfs_mode ? { tmpfs_mode: mount.tmpfs_mode } : {}),
  };
}

function networkFields(spec: ContainerSpec, fields: Record<string, FieldValue>): void {
  const mode = spec.network_mode;
  if (mode === 'none' || mode === 'host' || mode?.startsWith('container:')) {
    fields.network_mode = mode;
    return;
  }
  const networks = Object.entries(spec.networks ?? {});
  if (networks.length === 0) fields['networks.bridge'] = 'attached';
  for (const [name, attachment] of networks) {
    fields[`networks.${name}`] = 'attached';
    const aliases = attachment.aliases.filter((alias) => alias !== spec.hostname);
    if (aliases.length > 0) fields[`networks.${name}.aliases`] = [...new Set(aliases)].sort();
    if (attachment.ipv4_address) fields[`networks.${name}.ipv4_address`] = attachment.ipv4_address;
    if (attachment.ipv6_address) fields[`networks.${name}.ipv6_address`] = attachment.ipv6_address;
  }
}
