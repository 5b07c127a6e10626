import type { BackupSpec } from './backup-spec.ts';
import type { CertificateAuthoritySpec, CertificateSpec, SecretSpec } from './certificate-specs.ts';
import type { FilePatchSpec, FileSpec, LogFileSpec } from './file-specs.ts';
import type { StackKind } from './key.ts';
import type { NotificationSpec } from './notification-spec.ts';
import type { ReadinessSpec } from './readiness-spec.ts';
import type { StackSpec } from './stack-spec.ts';

/**
 * The normalised specs: what `desired/` makes of a manifest once short forms, durations and sizes are read.
 * Field names are Compose's where Compose has one. An unset field is absent, never null, so that a field added later
 * does not change the hash of specs that do not use it.
 */

/** How a container takes part in one network. */
export interface NetworkAttachment {
  /** Extra DNS names in this network, sorted. */
  readonly aliases: readonly string[];
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
}

/** One published port. */
export interface PortPublication {
  /** Port inside the container. */
  readonly target: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Address on the host; empty string means all, IPv4 and IPv6. */
  readonly host_ip: string;
  /** Port on the host; absent means that the engine chooses one. */
  readonly published?: number;
}

/** One mount. `source` is a volume's name or an absolute host path (already prefixed with `--root`). */
export interface MountSpec {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  readonly source?: string;
  readonly target: string;
  readonly read_only: boolean;
  /** Bind propagation, e.g. `rslave`; absent means the engine's `rprivate`. */
  readonly propagation?: string;
  /** Volume only: do not copy the image's content into a new volume. */
  readonly nocopy?: boolean;
  /** Tmpfs only, bytes. */
  readonly tmpfs_size?: number;
  /** Tmpfs only, permission bits. */
  readonly tmpfs_mode?: number;
}

/** Health check; durations in nanoseconds as the Engine API has them. */
export interface HealthcheckSpec {
  /** Engine form: `['CMD', ...]`, `['CMD-SHELL', text]`, or `['NONE']` to switch the image's off. */
  readonly test?: readonly string[];
  readonly interval?: number;
  readonly timeout?: number;
  readonly start_period?: number;
  readonly retries?: number;
}

export interface DeviceSpec {
  readonly source: string;
  readonly target: string;
  /** Subset of `rwm`. */
  readonly permissions: string;
}

export interface ContainerSpec {
  /** Reference after the image overrides of the Bastion resource. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly user?: string;
  readonly working_dir?: string;
  readonly mac_address?: string;
  /** By network name. Absent or empty, with no `network_mode`: the engine's default bridge. */
  readonly networks?: Readonly<Record<string, NetworkAttachment>>;
  /** `none`, `host`, `bridge` or `container:<name>`; excludes `networks`. */
  readonly network_mode?: string;
  readonly ports?: readonly PortPublication[];
  /** `80/tcp` form, sorted. */
  readonly expose?: readonly string[];
  /** Sorted by target. */
  readonly volumes?: readonly MountSpec[];
  /** Path to comma-separated options (empty string when none). */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly mem_limit?: number;
  /** Bytes. */
  readonly mem_reservation?: number;
  /** Bytes, memory plus swap; -1 is unlimited. */
  readonly memswap_limit?: number;
  /** Number of CPUs, e.g. 0.5. */
  readonly cpus?: number;
  readonly cpu_shares?: number;
  /** Microseconds. */
  readonly cpu_quota?: number;
  /** Microseconds. */
  readonly cpu_period?: number;
  readonly cpuset?: string;
  readonly pids_limit?: number;
  readonly restart?: {
    readonly policy: 'no' | 'always' | 'on-failure' | 'unless-stopped';
    readonly max_retries?: number;
  };
  readonly healthcheck?: HealthcheckSpec;
  /** Upper case with `CAP_` (or `ALL`), sorted. */
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly privileged?: boolean;
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly tty?: boolean;
  readonly stdin_open?: boolean;
  /** `key=value` form (`no-new-privileges=true`), sorted. */
  readonly security_opt?: readonly string[];
  /** `host:address` form, sorted. */
  readonly extra_hosts?: readonly string[];
  readonly dns?: readonly string[];
  readonly dns_search?: readonly string[];
  readonly dns_opt?: readonly string[];
  readonly ulimits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly devices?: readonly DeviceSpec[];
  /** `SIGxxx`. */
  readonly stop_signal?: string;
  /** Whole seconds. */
  readonly stop_grace_period?: number;
  readonly logging?: { readonly driver?: string; readonly options: Readonly<Record<string, string>> };
  /** Bytes. */
  readonly shm_size?: number;
  readonly ipc?: string;
  readonly pid?: string;
  readonly uts?: string;
  readonly userns_mode?: string;
  readonly cgroup_parent?: string;
  readonly runtime?: string;
  readonly group_add?: readonly string[];
  readonly oom_kill_disable?: boolean;
  readonly oom_score_adj?: number;

  /** Take over a foreign container of this name. Not part of the hash. */
  readonly adopt: boolean;
  /** Milliseconds within which it must become healthy after a start. Not part of the hash. */
  readonly healthyWithin: number;
  /** `once`: a job that runs to its end and is not started again. Not part of the hash. */
  readonly runPolicy: 'always' | 'once';
  /** Name of the Container after each start of which a job runs again. Not part of the hash. */
  readonly runAfter?: string;
  /** What the operator asks it before it counts as ready. Not part of the hash. */
  readonly readiness?: ReadinessSpec;
}

export interface NetworkSpec {
  readonly driver: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly enable_ipv6: boolean;
  readonly ipam?: {
    readonly driver?: string;
    readonly options?: Readonly<Record<string, string>>;
    readonly config: readonly {
      readonly subnet: string;
      readonly gateway?: string;
      readonly ip_range?: string;
      readonly aux_addresses?: Readonly<Record<string, string>>;
    }[];
  };
  readonly labels?: Readonly<Record<string, string>>;
  /** Must exist already; never created, changed or removed. */
  readonly external: boolean;
  readonly adopt: boolean;
}

export interface VolumeSpec {
  readonly driver: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly external: boolean;
  readonly adopt: boolean;
}

export interface ImageSpec {
  /** `name:tag`, `name@sha256:...` or `name:tag@sha256:...`; always pinned. */
  readonly reference: string;
  /** Build context on this host instead of a pull. */
  readonly build?: {
    /** Absolute path of the context directory. */
    readonly context: string;
    readonly dockerfile: string;
    readonly args: Readonly<Record<string, string>>;
    /** sha256 over the context (names, modes, contents), `dockerfile` and `args`: all that the image is built from. */
    readonly contextDigest: string;
  };
  /** e.g. `linux/arm64`; what must exist for this reference. Empty: only the host's own. */
  readonly platforms: readonly string[];
}

export interface DirectorySpec {
  /** Absolute host path (already prefixed with `--root`). */
  readonly path: string;
  /** User name or numeric id; absent: not managed. */
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  /** A file by which it is told from an empty directory whose disk is not mounted. */
  readonly sentinel?: boolean;
}

export interface GateSpec {
  /** What the human is asked to confirm, in words. */
  readonly checklist: readonly string[];
  /** `onChange`: closes again when what it depends on changes its spec, until the file is newer. */
  readonly revalidate: 'never' | 'onChange';
}

/** The singleton: names this installation and holds what is common to all resources. */
export interface BastionSpec {
  /** Host directories under which paths and bind mounts may lie. */
  readonly allowedRoots: readonly string[];
  /** Wanted reference -> reference to use instead. */
  readonly images: Readonly<Record<string, string>>;
  /** Ports that count as metrics ports and may not be published. */
  readonly metricsPorts: readonly number[];
  /** Steps side by side. */
  readonly concurrency: number;
  /** Removals in one pass that need no consent. */
  readonly maxRemovals: number;
  /** Host directory (without the prefix of `--root`) below which authorities and certificates have their default places. */
  readonly pkiDirectory: string;
  /** Name of the Certificate that the operator presents when it looks at what services serve; absent: none. */
  readonly clientCertificate?: string;
  /** Absent: nobody is notified. */
  readonly notifications?: NotificationSpec;
}

export interface Specs extends Readonly<Record<StackKind, StackSpec>> {
  Bastion: BastionSpec;
  Network: NetworkSpec;
  Volume: VolumeSpec;
  Image: ImageSpec;
  Directory: DirectorySpec;
  File: FileSpec;
  FilePatch: FilePatchSpec;
  LogFile: LogFileSpec;
  Secret: SecretSpec;
  CertificateAuthority: CertificateAuthoritySpec;
  Certificate: CertificateSpec;
  Container: ContainerSpec;
  Backup: BackupSpec;
  Gate: GateSpec;
}
