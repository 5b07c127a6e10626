import type { FieldChange } from './fields.ts';
import type { BackupStepArguments } from './backup-steps.ts';
import type { FileSpec, OnChange } from './file-specs.ts';
import type { CertificateStepArguments } from './certificate-steps.ts';
import type { Key } from './key.ts';
import type { LoopStepArguments } from './loop-steps.ts';
import type { SecretSpec } from './certificate-specs.ts';
import type { ContainerSpec, DirectorySpec, ImageSpec, NetworkAttachment, NetworkSpec, VolumeSpec } from './specs.ts';
import type { Ownership } from './labels.ts';
import type { Patched } from './memory.ts';
import type { TlsAccess } from './tls-access.ts';

/**
 * Every operation and its arguments: one engine or file call each. The union, the executor's table and the text all
 * derive from this map, so an operation without an executor does not compile.
 * `container` and `network` arguments are ids of existing objects, or the exact name of one that an earlier step makes.
 */
export interface StepArguments extends CertificateStepArguments, LoopStepArguments, BackupStepArguments {
  CreateNetwork: { readonly name: string; readonly spec: NetworkSpec; readonly owner: Ownership };
  RemoveNetwork: { readonly network: string };
  ConnectNetwork: { readonly network: string; readonly container: string; readonly attachment: NetworkAttachment };
  DisconnectNetwork: { readonly network: string; readonly container: string };

  CreateVolume: { readonly name: string; readonly spec: VolumeSpec; readonly owner: Ownership };
  RemoveVolume: { readonly name: string };

  PullImage: { readonly reference: string; readonly platforms: readonly string[] };
  BuildImage: { readonly spec: ImageSpec };

  CreateContainer: {
    /** Name to create under: final, or temporary for a replacement. */
    readonly name: string;
    readonly spec: ContainerSpec;
    /** Network to create with; the others are connected by steps of their own (API 1.41 takes one only). */
    readonly network: string | undefined;
    readonly owner: Ownership;
    /** Anonymous volumes of the replaced container to carry over: destination -> volume name. */
    readonly inherit: Readonly<Record<string, string>>;
  };
  StartContainer: { readonly container: string };
  StopContainer: { readonly container: string };
  RestartContainer: { readonly container: string };
  UnpauseContainer: { readonly container: string };
  SignalContainer: { readonly container: string; readonly signal: string };
  RenameContainer: { readonly container: string; readonly name: string };
  RemoveContainer: { readonly container: string; readonly removeAnonymousVolumes: boolean };
  UpdateContainer: {
    readonly container: string;
    readonly resources: ContainerResources;
  };
  /** Remembers, in the state directory, that this spec failed, so that it is not tried again until it changes. */
  RecordRollback: {
    readonly specHash: string;
    readonly reason: string;
    /** The one that failed and is removed next: what it said last is remembered, too. */
    readonly container?: string;
  };

  CreateDirectory: { readonly spec: DirectorySpec };
  /** Makes the file by which a directory is known again; one that is there stays. */
  WriteSentinel: { readonly path: string };
  /** Throw-away container with the candidate content mounted; fails unless the command exits 0. */
  CheckFile: { readonly spec: FileSpec };
  WriteFile: {
    readonly spec: FileSpec;
    /** It is somebody else's: written only while its content has this sha256, and the first content is kept for good. */
    readonly replaces?: string;
  };
  SetOwnership: { readonly path: string; readonly owner?: string; readonly group?: string; readonly mode: number };
  /** HTTP request to the container's own address. */
  RequestContainer: {
    readonly container: string;
    readonly action: Extract<OnChange['action'], { type: 'http' }>;
    /** For `action.tls`. */
    readonly access?: TlsAccess;
  };
  VerifyLoaded: {
    readonly container: string;
    readonly loaded: NonNullable<OnChange['loaded']>;
    /** For `loaded.tls`. */
    readonly access?: TlsAccess;
  };
  /** Remembers, in the state directory, that the consumers were told of this content. */
  RecordNotified: { readonly digest: string };
  /** Puts back the content that was live before, from the state directory. */
  RestoreFile: {
    readonly spec: FileSpec;
    /** It is somebody else's: put back only while its content has this sha256. */
    readonly replaces?: string;
  };
  /** Remembers, in the state directory, which values in somebody else's file are ours. */
  RecordPatched: { readonly wrote: Patched };

  /** Renames a log to its first rotated file, and the rotated files before it one further as far as needed. */
  RotateLog: { readonly path: string };
  /** Removes rotated files of a log: `path.N` for each number, if it is still the file with that inode. */
  RemoveRotatedLogs: {
    readonly path: string;
    readonly files: readonly { readonly number: number; readonly inode: string }[];
  };
  /** Makes the file once, out of fresh randomness; what is there already is never replaced. */
  GenerateSecret: { readonly spec: SecretSpec };
}

/** What `docker update` can change; absent members are left alone (Engine API: ContainerUpdate). */
export interface ContainerResources {
  readonly Memory?: number;
  readonly MemorySwap?: number;
  readonly MemoryReservation?: number;
  readonly NanoCpus?: number;
  readonly CpuShares?: number;
  readonly CpuQuota?: number;
  readonly CpuPeriod?: number;
  readonly CpusetCpus?: string;
  readonly PidsLimit?: number;
  readonly RestartPolicy?: { readonly Name: string; readonly MaximumRetryCount: number };
}

export type Operation = keyof StepArguments;

/** safe: nothing stops serving. disruptive: something restarts or reconnects. destructive: something is removed. */
export type Risk = 'safe' | 'disruptive' | 'destructive';

/** One call to make. */
export type Step<O extends Operation = Operation> = {
  [P in O]: {
    /** `#1`, `#2` ... in the plan's order. */
    readonly id: string;
    readonly op: P;
    readonly target: Key;
    /** Why, for people: `missing`, `spec changed`, `drift`, `replaced by ...`. */
    readonly cause: string;
    readonly fields: readonly FieldChange[];
    /** Ids of the steps that must have succeeded before. */
    readonly after: readonly string[];
    readonly risk: Risk;
    /** What must happen first outside this plan; a step with any does not run. */
    readonly blockedBy: readonly Blocker[];
    readonly args: StepArguments[P];
  };
}[O];

/** Something that holds a step back. */
export interface Blocker {
  readonly type: 'gate' | 'consent' | 'hold' | 'dependency' | 'backoff' | 'stalled';
  /** `Gate/x`, `gates/prune-3f9ac2.ok`, `hold/Container.web`, `Container/db`, ... */
  readonly name: string;
}
