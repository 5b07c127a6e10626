/**
 * The parts of the Engine API's JSON (version 1.41) that we read and write; `@types/dockerode` lacks several.
 * Reference: https://docs.docker.com/reference/api/engine/version/v1.41/
 */

/** Of `GET /containers/{id}/stats` what is read; empty members while the container does not run. */
export interface ContainerStats {
  memory_stats?: {
    usage?: number;
    limit?: number;
    /** Version 1 of cgroups has `total_inactive_file`, 2 `inactive_file`. */
    stats?: { total_inactive_file?: number; inactive_file?: number } | null;
  } | null;
}

export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  ImageID: string;
  State: string;
  /** e.g. `Up 5 minutes (healthy)`. */
  Status: string;
  Created: number;
  Labels: Record<string, string>;
  NetworkSettings?: { Networks?: Record<string, { NetworkID?: string; IPAddress?: string } | null> };
}

export interface EndpointSettings {
  IPAMConfig?: { IPv4Address?: string; IPv6Address?: string } | null;
  Aliases?: string[] | null;
  NetworkID?: string;
  IPAddress?: string;
  GlobalIPv6Address?: string;
  MacAddress?: string;
}

export interface HealthConfig {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  Retries?: number;
}

export interface ContainerConfig {
  Hostname?: string;
  Domainname?: string;
  User?: string;
  Tty?: boolean;
  OpenStdin?: boolean;
  StdinOnce?: boolean;
  Env?: string[] | null;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  Image?: string;
  Labels?: Record<string, string> | null;
  WorkingDir?: string;
  ExposedPorts?: Record<string, object> | null;
  Healthcheck?: HealthConfig | null;
  StopSignal?: string;
  StopTimeout?: number;
  MacAddress?: string;
  NetworkDisabled?: boolean;
  Volumes?: Record<string, object> | null;
}

export interface MountRequest {
  Type: 'bind' | 'volume' | 'tmpfs';
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  BindOptions?: { Propagation?: string };
  VolumeOptions?: { NoCopy?: boolean };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

/** Open by design: what we do not name is still compared with the baseline. */
export interface HostConfig {
  [field: string]: unknown;
  Binds?: string[] | null;
  Mounts?: MountRequest[] | null;
  Tmpfs?: Record<string, string> | null;
  NetworkMode?: string;
  PortBindings?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null;
  RestartPolicy?: { Name: string; MaximumRetryCount?: number };
  Memory?: number;
  MemorySwap?: number;
  MemoryReservation?: number;
  NanoCpus?: number;
  CpuShares?: number;
  CpuQuota?: number;
  CpuPeriod?: number;
  CpusetCpus?: string;
  PidsLimit?: number | null;
  CapAdd?: string[] | null;
  CapDrop?: string[] | null;
  Privileged?: boolean;
  ReadonlyRootfs?: boolean;
  Init?: boolean | null;
  SecurityOpt?: string[] | null;
  ExtraHosts?: string[] | null;
  Dns?: string[] | null;
  DnsSearch?: string[] | null;
  DnsOptions?: string[] | null;
  Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
  Sysctls?: Record<string, string> | null;
  Devices?: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
  LogConfig?: { Type: string; Config: Record<string, string> | null };
  ShmSize?: number;
  IpcMode?: string;
  PidMode?: string;
  UTSMode?: string;
  UsernsMode?: string;
  CgroupParent?: string;
  Runtime?: string;
  GroupAdd?: string[] | null;
  OomKillDisable?: boolean | null;
  OomScoreAdj?: number;
  AutoRemove?: boolean;
}

export interface ContainerInspect {
  Id: string;
  /** With a leading slash. */
  Name: string;
  Created: string;
  /** Image id. */
  Image: string;
  RestartCount: number;
  State: {
    Status: string;
    Running: boolean;
    Paused: boolean;
    /** Of its main process, as the engine's machine numbers it; 0 when there is none. */
    Pid?: number;
    ExitCode: number;
    Error: string;
    /** Of its last end; also while it runs again. */
    OOMKilled?: boolean;
    StartedAt: string;
    FinishedAt: string;
    Health?: { Status: string; Log?: { ExitCode: number; Output: string }[] | null };
  };
  Config: ContainerConfig;
  HostConfig: HostConfig;
  Mounts: {
    Type: string;
    Name?: string;
    Source: string;
    Destination: string;
    Mode: string;
    RW: boolean;
    Propagation: string;
  }[];
  NetworkSettings: {
    Ports?: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
    Networks?: Record<string, EndpointSettings | null> | null;
  };
}

export interface ContainerCreateBody extends ContainerConfig {
  HostConfig: HostConfig;
  NetworkingConfig?: { EndpointsConfig: Record<string, EndpointSettings> };
}

export interface NetworkInspect {
  Id: string;
  Name: string;
  Created: string;
  Driver: string;
  Internal: boolean;
  Attachable: boolean;
  EnableIPv6: boolean;
  IPAM: {
    Driver: string;
    Options?: Record<string, string> | null;
    Config?:
      | { Subnet?: string; Gateway?: string; IPRange?: string; AuxiliaryAddresses?: Record<string, string> | null }[]
      | null;
  };
  Options?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
}

export interface NetworkCreateBody {
  Driver: string;
  Internal: boolean;
  Attachable: boolean;
  EnableIPv6: boolean;
  IPAM?: NetworkInspect['IPAM'];
  Options: Record<string, string>;
  Labels: Record<string, string>;
}

export interface VolumeInspect {
  Name: string;
  Driver: string;
  CreatedAt?: string;
  Options?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
  Scope?: string;
}

export interface VolumeCreateBody {
  Driver: string;
  DriverOpts: Record<string, string>;
  Labels: Record<string, string>;
}

export interface ImageInspect {
  Id: string;
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
  Architecture: string;
  Os: string;
  Variant?: string;
  Created?: string;
  Config?: {
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    Env?: string[] | null;
    Labels?: Record<string, string> | null;
    User?: string;
    WorkingDir?: string;
    StopSignal?: string;
    ExposedPorts?: Record<string, object> | null;
    Volumes?: Record<string, object> | null;
    Healthcheck?: HealthConfig | null;
  } | null;
}

/** An event is a hint that something may have changed; its attributes are never applied as state. */
export interface EngineEvent {
  Type: 'container' | 'network' | 'volume' | 'image';
  /** May carry data: `health_status: healthy`. */
  Action: string;
  /** Id of the object; for volumes, its name. */
  Actor: { ID: string; Attributes: Record<string, string> };
}
