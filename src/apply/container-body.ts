import type { StepArguments } from '../model/step.ts';
import { ownLabels } from '../model/labels.ts';
import type { MountSpec, NetworkAttachment } from '../model/specs.ts';
import type { ContainerCreateBody, EndpointSettings, HostConfig, MountRequest } from '../engine/wire.ts';

/**
 * Spec to the body of `POST /containers/create`. Arrays are always sent as arrays, ports with protocol and exposed,
 * devices and ulimits complete: the engine takes the short forms and then does not do what they say.
 */
export function containerBody(args: StepArguments['CreateContainer']): ContainerCreateBody {
  const { spec, owner, network } = args;
  const body: ContainerCreateBody = {
    Image: spec.image,
    Labels: { ...spec.labels, ...ownLabels(owner) },
    Env: Object.entries(spec.environment ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
    ExposedPorts: Object.fromEntries([
      ...(spec.expose ?? []).map((port) => [port, {}] as const),
      ...(spec.ports ?? []).map((port) => [`${port.target}/${port.protocol}`, {}] as const),
    ]),
    HostConfig: hostConfig(args),
  };
  if (spec.command) body.Cmd = [...spec.command];
  if (spec.entrypoint) body.Entrypoint = [...spec.entrypoint];
  if (spec.hostname !== undefined) body.Hostname = spec.hostname;
  if (spec.domainname !== undefined) body.Domainname = spec.domainname;
  if (spec.user !== undefined) body.User = spec.user;
  if (spec.working_dir !== undefined) body.WorkingDir = spec.working_dir;
  if (spec.mac_address !== undefined) body.MacAddress = spec.mac_address;
  if (spec.tty !== undefined) body.Tty = spec.tty;
  if (spec.stdin_open !== undefined) body.OpenStdin = spec.stdin_open;
  if (spec.stop_signal !== undefined) body.StopSignal = spec.stop_signal;
  if (spec.stop_grace_period !== undefined) body.StopTimeout = spec.stop_grace_period;
  if (spec.healthcheck) {
    const { test, interval, timeout, start_period, retries } = spec.healthcheck;
    body.Healthcheck = {
      ...(test === undefined ? {} : { Test: [...test] }),
      ...(interval === undefined ? {} : { Interval: interval }),
      ...(timeout === undefined ? {} : { Timeout: timeout }),
      ...(start_period === undefined ? {} : { StartPeriod: start_period }),
      ...(retries === undefined ? {} : { Retries: retries }),
    };
  }
  const attachment = network === undefined ? undefined : spec.networks?.[network];
  if (network !== undefined && attachment)
    body.NetworkingConfig = { EndpointsConfig: { [network]: endpointSettings(attachment) } };
  return body;
}

/** Attachment to the endpoint settings of create and connect. */
export function endpointSettings(attachment: NetworkAttachment): EndpointSettings {
  const address = {
    ...(attachment.ipv4_address === undefined ? {} : { IPv4Address: attachment.ipv4_address }),
    ...(attachment.ipv6_address === undefined ? {} : { IPv6Address: attachment.ipv6_address }),
  };
  return { Aliases: [...attachment.aliases], ...(Object.keys(address).length === 0 ? {} : { IPAMConfig: address }) };
}

function hostConfig({ spec, network, inherit }: StepArguments['CreateContainer']): HostConfig {
  const host: HostConfig = {
    NetworkMode: spec.network_mode ?? network ?? 'default',
    RestartPolicy: { Name: spec.restart?.policy ?? 'no', MaximumRetryCount: spec.restart?.max_retries ?? 0 },
    PortBindings: portBindings(spec.ports ?? []),
    Mounts: [
      ...(spec.volumes ?? []).map(mountRequest),
      ...Object.entries(inherit).map(([target, source]) => ({
        Type: 'volume' as const,
        Source: source,
        Target: target,
      })),
    ],
    Tmpfs: { ...spec.tmpfs },
    CapAdd: [...(spec.cap_add ?? [])],
    CapDrop: [...(spec.cap_drop ?? [])],
    SecurityOpt: [...(spec.security_opt ?? [])],
    ExtraHosts: [...(spec.extra_hosts ?? [])],
    Dns: [...(spec.dns ?? [])],
    DnsSearch: [...(spec.dns_search ?? [])],
    DnsOptions: [...(spec.dns_opt ?? [])],
    GroupAdd: [...(spec.group_add ?? [])],
    Ulimits: Object.entries(spec.ulimits ?? {}).map(([name, limit]) => ({
      Name: name,
      Soft: limit.soft,
      Hard: limit.hard,
    })),
    Devices: (spec.devices ?? []).map((device) => ({
      PathOnHost: device.source,
      PathInContainer: device.target,
      CgroupPermissions: device.permissions,
    })),
    Privileged: spec.privileged ?? false,
    ReadonlyRootfs: spec.read_only ?? false,
  };
  const optional: [keyof HostConfig & string, unknown][] = [
    ['Memory', spec.mem_limit],
    ['MemorySwap', spec.memswap_limit],
    ['MemoryReservation', spec.mem_reservation],
    ['NanoCpus', spec.cpus === undefined ? undefined : Math.round(spec.cpus * 1e9)],
    ['CpuShares', spec.cpu_shares],
    ['CpuQuota', spec.cpu_quota],
    ['CpuPeriod', spec.cpu_period],
    ['CpusetCpus', spec.cpuset],
    ['PidsLimit', spec.pids_limit],
    ['Init', spec.init],
    ['Sysctls', spec.sysctls],
    ['ShmSize', spec.shm_size],
    ['IpcMode', spec.ipc],
    ['PidMode', spec.pid],
    ['UTSMode', spec.uts],
    ['UsernsMode', spec.userns_mode],
    ['CgroupParent', spec.cgroup_parent],
    ['Runtime', spec.runtime],
    ['OomKillDisable', spec.oom_kill_disable],
    ['OomScoreAdj', spec.oom_score_adj],
  ];
  for (const [member, value] of optional) if (value !== undefined) host[member] = value;
  if (spec.logging) {
    // An absent driver means the daemon's own, which the engine fills in for an empty type.
    host.LogConfig = { Type: spec.logging.driver ?? '', Config: { ...spec.logging.options } };
  }
  return host;
}

function portBindings(
  ports: NonNullable<StepArguments['CreateContainer']['spec']['ports']>,
): NonNullable<HostConfig['PortBindings']> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    (bindings[`${port.target}/${port.protocol}`] ??= []).push({
      HostIp: port.host_ip,
      HostPort: port.published === undefined ? '' : String(port.published),
    });
  }
  return bindings;
}

function mountRequest(mount: MountSpec): MountRequest {
  return {
    Type: mount.type,
    Target: mount.target,
    ...(mount.source === undefined ? {} : { Source: mount.source }),
    ReadOnly: mount.read_only,
    ...(mount.propagation === undefined ? {} : { BindOptions: { Propagation: mount.propagation } }),
    ...(mount.nocopy ? { VolumeOptions: { NoCopy: true } } : {}),
    ...(mount.tmpfs_size === undefined && mount.tmpfs_mode === undefined
      ? {}
      : {
          TmpfsOptions: {
            ...(mount.tmpfs_size === undefined ? {} : { SizeBytes: mount.tmpfs_size }),
            ...(mount.tmpfs_mode === undefined ? {} : { Mode: mount.tmpfs_mode }),
          },
        }),
  };
}
