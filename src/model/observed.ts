import type { Fields } from './fields.ts';
import type { Key } from './key.ts';
import type { Ownership } from './labels.ts';
import type { ObservedAuthority, ObservedPair, ObservedServed } from './observed-certificates.ts';
import type { ObservedBackups } from './observed-backups.ts';
import type { ObservedServices } from './observed-services.ts';
import type { ObservedReadiness } from './readiness.ts';
import type { ObservedSentinel } from './sentinel.ts';

/** What the engine is, as far as defaults depend on it. */
export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  /** e.g. `linux/amd64`. */
  readonly platform: string;
  readonly cgroupVersion: '1' | '2';
  readonly loggingDriver: string;
  readonly defaultRuntime: string;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface ObservedContainer {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly owner?: Ownership;
  readonly state: ContainerState;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** Last output of the health check, shortened; empty when none. */
  readonly healthOutput: string;
  readonly exitCode: number;
  /** The engine's own error of the last start, e.g. `port is already allocated`; empty when none. */
  readonly error: string;
  readonly restartCount: number;
  /** Milliseconds since the epoch; 0 when never. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Of its main process, as the engine's machine numbers it; absent when there is none. */
  readonly pid?: number;
  readonly imageId: string;
  /** Canonical fields, see `observe/container-fields.ts`. Includes `networks.*`; excludes own labels and run state. */
  readonly fields: Fields;
  /** Network name -> id that the endpoint refers to (may be stale or empty on a stopped container). */
  readonly networkIds: Readonly<Record<string, string>>;
  /** Destination -> name of each anonymous volume. */
  readonly anonymousVolumes: Readonly<Record<string, string>>;
  /** Network name -> live address; empty when not running. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Its last end was by the kernel, for want of memory: milliseconds since the epoch. */
  readonly outOfMemoryAt?: number;
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly owner?: Ownership;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly fields: Fields;
}

export interface ObservedVolume {
  readonly name: string;
  readonly owner?: Ownership;
  /** As the engine writes it; part of what a consent names. */
  readonly createdAt: string;
  readonly fields: Fields;
}

/** What an image brings to the containers made from it. */
export interface ImageConfig {
  readonly cmd?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workingDir: string;
  readonly stopSignal: string;
  readonly exposedPorts: readonly string[];
  /** Destinations of the image's VOLUMEs. */
  readonly volumes: readonly string[];
  readonly healthcheck?: {
    readonly test?: readonly string[];
    readonly interval?: number;
    readonly timeout?: number;
    readonly start_period?: number;
    readonly retries?: number;
  };
}

export interface ObservedImage {
  readonly id: string;
  /** e.g. `linux/amd64`. */
  readonly platform: string;
  readonly repoDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly config: ImageConfig;
}

export interface ObservedPath {
  readonly type: 'file' | 'directory' | 'symlink' | 'other' | 'missing' | 'unreadable';
  readonly uid: number;
  readonly gid: number;
  /** Permission bits only. */
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** sha256 hex of the content; regular files only. */
  readonly digest?: string;
  /** Why it is unreadable. */
  readonly error?: string;
  /** Files that are patched only, up to a size: their text, if it is UTF-8. */
  readonly text?: string;
  /** Regular files only: there is nothing in it. */
  readonly isEmpty?: boolean;
  /** Symlinks only: where it leads, as written. */
  readonly target?: string;
}

/** One file beside a log that it was before it was rotated. */
export interface RotatedLog {
  /** N of `path.N`; 1 is the newest. */
  readonly number: number;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Names the file itself, whatever it is called. */
  readonly inode: string;
}

/** A log and its rotated files; nobody reads what is in them. */
export interface ObservedLog {
  readonly type: ObservedPath['type'];
  /** Bytes; 0 when there is no file. */
  readonly size: number;
  /** Names the file itself, whatever it is called; empty when there is none. */
  readonly inode: string;
  /** Why it, or the directory, is unreadable. */
  readonly error?: string;
  /** Regular files only, by number. */
  readonly rotated: readonly RotatedLog[];
}

/** One lossless snapshot of what is there. */
export interface Observed {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly engine: EngineFacts;
  readonly containers: readonly ObservedContainer[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** By every wanted reference and by the id of every container's image; absent key: not on this engine. */
  readonly images: Readonly<Record<string, ObservedImage>>;
  /** By every wanted path. Of a Secret no digest is taken. */
  readonly paths: Readonly<Record<string, ObservedPath>>;
  /** By the path of every LogFile. */
  readonly logs: Readonly<Record<string, ObservedLog>>;
  /** By the key of every CertificateAuthority. */
  readonly authorities: Readonly<Record<Key, ObservedAuthority>>;
  /** By the key of every Certificate. */
  readonly pairs: Readonly<Record<Key, ObservedPair>>;
  /** Last dial of each consumer, by `servedId`; absent: never dialled by this process. */
  readonly served: Readonly<Record<string, ObservedServed>>;
  /**
   * What the services of the stack said when they were asked last. Absent: nobody asks them here (`plan`, `status` without
   * an operator), so nothing is known against them; an absent key: not asked yet.
   */
  readonly services?: ObservedServices;
  /** What containers said when they were asked last, by `readinessId`. Absent: nobody asks them here (`plan`). */
  readonly readiness?: Readonly<Record<string, ObservedReadiness>>;
  /** By the key of every Directory that shall have one. */
  readonly sentinels: Readonly<Record<Key, ObservedSentinel>>;
  /** By the key of every Backup. */
  readonly backups: Readonly<Record<Key, ObservedBackups>>;
  /** By container id: host directories with a sentinel that it mounts, and of which it sees another one. */
  readonly strayMounts: Readonly<Record<string, readonly string[]>>;
  /**
   * By the key of every resource of which a path lies on a file system that does not answer: that, for people. Absent:
   * nobody asked.
   */
  readonly silent?: Readonly<Record<Key, string>>;
  /** Names to ids from the host's passwd and group files. */
  readonly users: Readonly<Record<string, number>>;
  readonly groups: Readonly<Record<string, number>>;
  /** The operator's own container id when it runs in one. */
  readonly ownContainerId?: string;
}
