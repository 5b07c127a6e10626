import type { HostConfig, MountRequest } from '../../../src/engine/wire.ts';
import type { World } from './world.ts';

type PortBindings = NonNullable<HostConfig['PortBindings']>;

/** HostConfig as inspect shows it for an empty body (measured, Engine 20.10, cgroup v1). */
const DEFAULTS = {
  Binds: null,
  ContainerIDFile: '',
  NetworkMode: 'default',
  PortBindings: null,
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: 'host',
  Dns: null,
  DnsOptions: null,
  DnsSearch: null,
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: 'private',
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 67_108_864,
  Runtime: 'runc',
  ConsoleSize: [0, 0],
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: false,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
} as const;

/** Empty strings that the engine replaces with its default. */
const FILLED = new Set(['NetworkMode', 'IpcMode', 'CgroupnsMode', 'Runtime']);

/** Members that are absent when empty. */
const ABSENT_WHEN_EMPTY = ['Tmpfs', 'Sysctls', 'StorageOpt', 'Mounts'] as const;

const MASKED = 'asound acpi kcore keys latency_stats timer_list timer_stats sched_debug scsi'
  .split(' ')
  .map((name) => `/proc/${name}`)
  .concat('/sys/firmware');
const READONLY = 'bus fs irq sys sysrq-trigger'.split(' ').map((name) => `/proc/${name}`);

/** The body's HostConfig as inspect shows it: verbatim where known, dropped where unknown, with defaults filled in. */
export function storedHostConfig(asked: HostConfig, world: World): HostConfig {
  const host: HostConfig = structuredClone(DEFAULTS);
  host['CgroupnsMode'] = world.facts.cgroupVersion === '1' ? 'host' : 'private';
  host.Runtime = world.facts.defaultRuntime;
  for (const member of Object.keys(DEFAULTS)) {
    const value = asked[member];
    if (value === undefined || value === null || (FILLED.has(member) && value === '')) continue;
    host[member] = structuredClone(value);
  }
  for (const member of ABSENT_WHEN_EMPTY) {
    const value = asked[member];
    if (value && Object.keys(value).length > 0) Object.assign(host, { [member]: structuredClone(value) });
  }
  if (typeof asked.Init === 'boolean') host.Init = asked.Init;
  host.ShmSize = asked.ShmSize || DEFAULTS.ShmSize;
  if (host.Memory && !asked.MemorySwap) host.MemorySwap = 2 * host.Memory;
  host.PidsLimit = (asked.PidsLimit ?? 0) > 0 ? (asked.PidsLimit ?? null) : null;
  if (asked['MemorySwappiness'] === -1) host['MemorySwappiness'] = null;
  host.RestartPolicy = {
    Name: asked.RestartPolicy?.Name ?? '',
    MaximumRetryCount: asked.RestartPolicy?.MaximumRetryCount ?? 0,
  };
  host.LogConfig = { Type: asked.LogConfig?.Type || world.facts.loggingDriver, Config: asked.LogConfig?.Config ?? {} };
  if (host.PortBindings) host.PortBindings = completeBindings(host.PortBindings);
  if (host.Mounts) host.Mounts = host.Mounts.map(storedMount);
  host.Ulimits &&= host.Ulimits.map(({ Name, Hard, Soft }) => ({ Name, Hard: Hard ?? 0, Soft: Soft ?? 0 }));
  host.NetworkMode = resolvedNetworkMode(host.NetworkMode ?? '', world);
  const labelsDisabled = host.Privileged || host.PidMode === 'host' || host.IpcMode === 'host';
  if (labelsDisabled) host.SecurityOpt = [...(host.SecurityOpt ?? []), 'label=disable'];
  host['MaskedPaths'] = host.Privileged ? null : (asked['MaskedPaths'] ?? MASKED);
  host['ReadonlyPaths'] = host.Privileged ? null : (asked['ReadonlyPaths'] ?? READONLY);
  return host;
}

function completeBindings(bindings: PortBindings): PortBindings {
  const complete = Object.entries(bindings).map(([port, list]) => [
    port,
    list && list.map(({ HostIp, HostPort }) => ({ HostIp: HostIp ?? '', HostPort: HostPort ?? '' })),
  ]);
  return Object.fromEntries(complete) as PortBindings;
}

/** Verbatim, without what is false or empty. */
function storedMount(mount: MountRequest): MountRequest {
  const kept = Object.entries(mount).filter(([, value]) => value !== false && value !== '' && value !== undefined);
  return Object.fromEntries(kept) as unknown as MountRequest;
}

/** `container:<name>` is stored with the id when there is such a container. */
function resolvedNetworkMode(mode: string, world: World): string {
  if (!mode.startsWith('container:')) return mode;
  const target = mode.slice('container:'.length);
  const found = [...world.containers.values()].find(({ inspect }) => inspect.Name === `/${target}`);
  return found ? `container:${found.inspect.Id}` : mode;
}
