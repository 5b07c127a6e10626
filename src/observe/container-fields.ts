import { posix } from 'node:path';
import type { FieldValue, Fields } from '../model/fields.ts';
import { isOwnLabel } from '../model/labels.ts';
import type { ContainerInspect, HostConfig } from '../engine/wire.ts';
import {
  canonicalCapabilities,
  canonicalSecurityOptions,
  canonicalSignal,
  optionSet,
} from '../model/canonical-values.ts';

const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/;
const SHM_DEFAULT = 64 * 1024 * 1024;
const STOP_TIMEOUT_DEFAULT = 10;

/** HostConfig members that have a field of their own below, or that say nothing about the wish. */
const MAPPED_OR_IRRELEVANT = new Set(
  (
    'Binds Mounts Tmpfs NetworkMode PortBindings RestartPolicy Memory MemorySwap MemoryReservation NanoCpus CpuShares ' +
    'CpuQuota CpuPeriod CpusetCpus PidsLimit CapAdd CapDrop Privileged ReadonlyRootfs Init SecurityOpt ExtraHosts Dns ' +
    'DnsSearch DnsOptions Ulimits Sysctls Devices LogConfig ShmSize IpcMode PidMode UTSMode UsernsMode CgroupParent ' +
    'Runtime GroupAdd OomKillDisable OomScoreAdj AutoRemove PublishAllPorts VolumesFrom Links DeviceRequests ' +
    'DeviceCgroupRules ContainerIDFile ConsoleSize Isolation MemorySwappiness'
  ).split(' '),
);

/**
 * A container's inspect answer to canonical fields under Compose's names; a field at its default is absent.
 * The wanted side, in the same form, is `plan/container/effective-fields.ts`: the two must say the same of every field
 * (the fixpoint property test holds that). `engine.*` paths are members without a Compose name, comparable only
 * with a baseline of the same engine. How each field comes back from inspect: docs/architecture.md, "Fields".
 */
export function containerFields(inspect: ContainerInspect): Fields {
  const fields: Record<string, FieldValue> = {};
  const set = (path: string, value: FieldValue | undefined, defaultValue?: FieldValue): void => {
    if (value !== undefined && value !== null && value !== defaultValue) fields[path] = value;
  };
  const setList = (path: string, values: readonly string[] | null | undefined, sorted = false): void => {
    if (values && values.length > 0) fields[path] = sorted ? [...values].sort() : [...values];
  };
  const { Config: config, HostConfig: host } = inspect;
  const sharesNames =
    host.NetworkMode === 'host' || host.NetworkMode?.startsWith('container:') || host.UTSMode === 'host';

  setList('command', config.Cmd);
  setList('entrypoint', config.Entrypoint?.length === 1 && config.Entrypoint[0] === '' ? [] : config.Entrypoint);
  for (const entry of config.Env ?? []) {
    const equals = entry.indexOf('=');
    fields[`environment.${equals < 0 ? entry : entry.slice(0, equals)}`] = equals < 0 ? null : entry.slice(equals + 1);
  }
  for (const [name, value] of Object.entries(config.Labels ?? {}))
    if (!isOwnLabel(name)) fields[`labels.${name}`] = value;
  if (!sharesNames) {
    set('hostname', config.Hostname, inspect.Id.slice(0, 12));
    set('domainname', config.Domainname, '');
  }
  set('user', config.User, '');
  set(
    'working_dir',
    config.WorkingDir === '' || config.WorkingDir === undefined ? '' : cleanPath(config.WorkingDir),
    '',
  );
  set('mac_address', config.MacAddress, '');
  set('tty', config.Tty, false);
  set('stdin_open', config.OpenStdin, false);
  set('stop_signal', config.StopSignal ? canonicalSignal(config.StopSignal) : undefined, 'SIGTERM');
  set('stop_grace_period', config.StopTimeout, STOP_TIMEOUT_DEFAULT);
  setList('expose', Object.keys(config.ExposedPorts ?? {}), true);
  healthFields(config.Healthcheck, set);

  const restart = host.RestartPolicy;
  if (restart && restart.Name !== '' && restart.Name !== 'no')
    fields.restart =
      restart.Name === 'on-failure' && restart.MaximumRetryCount
        ? `on-failure:${restart.MaximumRetryCount}`
        : restart.Name;
  set('mem_limit', host.Memory, 0);
  set('memswap_limit', host.MemorySwap, (host.Memory ?? 0) * 2);
  if (host.MemorySwap === 0) delete fields.memswap_limit;
  set('mem_reservation', host.MemoryReservation, 0);
  set('cpus', (host.NanoCpus ?? 0) / 1e9, 0);
  set('cpu_shares', host.CpuShares, 0);
  set('cpu_quota', host.CpuQuota, 0);
  set('cpu_period', host.CpuPeriod, 0);
  set('cpuset', host.CpusetCpus, '');
  if ((host.PidsLimit ?? 0) > 0) set('pids_limit', host.PidsLimit ?? undefined);
  setList('cap_add', canonicalCapabilities(host.CapAdd ?? []));
  setList('cap_drop', canonicalCapabilities(host.CapDrop ?? []));
  set('privileged', host.Privileged, false);
  set('read_only', host.ReadonlyRootfs, false);
  set('init', host.Init);
  const daemonLabels = host.Privileged === true || host.PidMode === 'host' || host.IpcMode === 'host';
  setList('security_opt', canonicalSecurityOptions(host.SecurityOpt ?? [], daemonLabels));
  setList('extra_hosts', host.ExtraHosts, true);
  setList('dns', host.Dns);
  setList('dns_search', host.DnsSearch);
  setList('dns_opt', host.DnsOptions, true);
  for (const limit of host.Ulimits ?? []) fields[`ulimits.${limit.Name}`] = { soft: limit.Soft, hard: limit.Hard };
  for (const [name, value] of Object.entries(host.Sysctls ?? {})) fields[`sysctls.${name}`] = value;
  setList(
    'devices',
    (host.Devices ?? []).map((device) => `${device.PathOnHost}:${device.PathInContainer}:${device.CgroupPermissions}`),
    true,
  );
  set('logging.driver', host.LogConfig?.Type);
  for (const [name, value] of Object.entries(host.LogConfig?.Config ?? {})) fields[`logging.options.${name}`] = value;
  set('shm_size', host.ShmSize, SHM_DEFAULT);
  set('ipc', host.IpcMode === '' ? undefined : host.IpcMode, 'private');
  set('pid', host.PidMode, '');
  set('uts', host.UTSMode, '');
  set('userns_mode', host.UsernsMode, '');
  set('cgroup_parent', host.CgroupParent, '');
  if (host.Runtime) set('runtime', host.Runtime, 'runc');
  setList('group_add', host.GroupAdd, true);
  set('oom_kill_disable', host.OomKillDisable ?? undefined, false);
  set('oom_score_adj', host.OomScoreAdj, 0);
  set('auto_remove', host.AutoRemove, false);
  set('publish_all_ports', host.PublishAllPorts as boolean | undefined, false);
  for (const [path, member] of [
    ['volumes_from', 'VolumesFrom'],
    ['links', 'Links'],
    ['device_requests', 'DeviceRequests'],
    ['device_cgroup_rules', 'DeviceCgroupRules'],
  ] as const) {
    const value = host[member];
    if (Array.isArray(value) && value.length > 0) fields[path] = value as FieldValue[];
  }
  setList('ports', publishedPorts(inspect), true);
  mountFields(inspect, fields);
  networkFields(inspect, fields);
  restOfHostConfig(host, fields);
  return fields;
}

function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

function healthFields(
  health: ContainerInspect['Config']['Healthcheck'],
  set: (path: string, value: FieldValue | undefined, defaultValue?: FieldValue) => void,
): void {
  if (!health) return;
  if (health.Test?.[0] === 'NONE') return set('healthcheck.test', ['NONE']);
  if (health.Test && health.Test.length > 0) set('healthcheck.test', health.Test);
  set('healthcheck.interval', health.Interval, 0);
  set('healthcheck.timeout', health.Timeout, 0);
  set('healthcheck.start_period', health.StartPeriod, 0);
  set('healthcheck.retries', health.Retries, 0);
}

/**
 * Bindings that hold: the engine stores `8080` without protocol, and bindings without an exposed port, yet publishes
 * neither; and a running container may lack a binding that it asked for.
 */
function publishedPorts(inspect: ContainerInspect): string[] {
  const live = inspect.State.Running ? (inspect.NetworkSettings.Ports ?? {}) : undefined;
  const shared = inspect.HostConfig.NetworkMode === 'host' || inspect.HostConfig.NetworkMode === 'none';
  const result: string[] = [];
  for (const [port, bindings] of Object.entries(inspect.HostConfig.PortBindings ?? {})) {
    if (!port.includes('/') || inspect.Config.ExposedPorts?.[port] === undefined) continue;
    for (const binding of bindings ?? []) {
      const hostPort = binding.HostPort ?? '';
      const fixed = hostPort !== '' && hostPort !== '0';
      const isLive = live?.[port]?.some((entry) => entry.HostPort === hostPort) ?? false;
      if (fixed && live !== undefined && !shared && !isLive) continue;
      result.push(`${binding.HostIp ?? ''}:${fixed ? hostPort : ''}:${port}`);
    }
  }
  return result;
}

function mountFields(inspect: ContainerInspect, fields: Record<string, FieldValue>): void {
  const requests = new Map((inspect.HostConfig.Mounts ?? []).map((mount) => [cleanPath(mount.Target), mount]));
  for (const mount of inspect.Mounts) {
    const target = cleanPath(mount.Destination);
    const source = mount.Type === 'volume' ? (mount.Name ?? '') : mount.Source;
    if (mount.Type === 'volume' && ANONYMOUS_VOLUME.test(source)) continue;
    const request = requests.get(target);
    fields[`volumes.${target}`] = {
      type: mount.Type,
      ...(mount.Type === 'tmpfs' ? {} : { source: mount.Type === 'bind' ? cleanPath(source) : source }),
      read_only: !mount.RW,
      ...(request?.BindOptions?.Propagation ? { propagation: request.BindOptions.Propagation } : {}),
      ...(request?.VolumeOptions?.NoCopy ? { nocopy: true } : {}),
      ...(request?.TmpfsOptions?.SizeBytes ? { tmpfs_size: request.TmpfsOptions.SizeBytes } : {}),
      ...(request?.TmpfsOptions?.Mode ? { tmpfs_mode: request.TmpfsOptions.Mode } : {}),
    };
  }
  for (const [path, options] of Object.entries(inspect.HostConfig.Tmpfs ?? {}))
    fields[`tmpfs.${cleanPath(path)}`] = optionSet(options);
}

function networkFields(inspect: ContainerInspect, fields: Record<string, FieldValue>): void {
  const mode = inspect.HostConfig.NetworkMode ?? '';
  if (mode === 'none' || mode === 'host' || mode.startsWith('container:')) fields.network_mode = mode;
  const shortId = inspect.Id.slice(0, 12);
  for (const [name, endpoint] of Object.entries(inspect.NetworkSettings.Networks ?? {})) {
    if (name === mode) {
      if (mode === 'none' || mode === 'host') continue;
    }
    fields[`networks.${name}`] = 'attached';
    // The engine adds the short id and, on user-defined networks, the hostname.
    const aliases = (endpoint?.Aliases ?? []).filter((alias) => alias !== shortId && alias !== inspect.Config.Hostname);
    if (aliases.length > 0) fields[`networks.${name}.aliases`] = [...new Set(aliases)].sort();
    if (endpoint?.IPAMConfig?.IPv4Address) fields[`networks.${name}.ipv4_address`] = endpoint.IPAMConfig.IPv4Address;
    if (endpoint?.IPAMConfig?.IPv6Address) fields[`networks.${name}.ipv6_address`] = endpoint.IPAMConfig.IPv6Address;
  }
}

function restOfHostConfig(host: HostConfig, fields: Record<string, FieldValue>): void {
  for (const [member, value] of Object.entries(host)) {
    if (MAPPED_OR_IRRELEVANT.has(member) || isEmpty(value)) continue;
    fields[`engine.${member}`] = value as FieldValue;
  }
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === 0 ||
    value === '' ||
    value === false ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}
