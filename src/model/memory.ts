import type { FieldValue, Fields } from './fields.ts';
import type { Key } from './key.ts';
import type { Levels } from './levels.ts';
import type { RememberedBackup } from './observed-backups.ts';
import type { OutcomeError } from './outcome.ts';
import type { RememberedSentinel } from './sentinel.ts';

/** How one container looked right after our own apply. */
export interface Baseline {
  readonly containerId: string;
  /** Engine version it was taken on; another version re-baselines instead of healing. */
  readonly engineVersion: string;
  readonly specHash: string;
  readonly fields: Fields;
  /** Fields that differed from what we asked for right after our own apply, with what we asked for. */
  readonly faults: Readonly<Record<string, FieldValue>>;
}

/** A spec that was tried and rolled back. */
export interface RolledBack {
  readonly specHash: string;
  readonly reason: string;
  /** What the container that failed said last, without secrets; absent: nothing, or nobody could tell. */
  readonly log?: string;
  readonly at: number;
}

/** Failures in a row of one resource. */
export interface Backoff {
  readonly specHash: string;
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly error: OutcomeError;
  /** terminal: not before the spec changes. */
  readonly terminal: boolean;
}

/** Restarts of a container whose scrape failed, since it was last well. */
export interface Remediation {
  /** `attempt` of the resource that they were tried for; of another spec they do not count. */
  readonly specHash: string;
  readonly restarts: number;
  /** Milliseconds since the epoch of the last one. */
  readonly at: number;
}

/** How far back the samples of a Prometheus went. Times in milliseconds since the epoch. */
export interface RememberedOldest {
  /** Time of the oldest sample. */
  readonly lowest: number;
  /** When that was seen last. */
  readonly seenAt: number;
  /** Start of the process that said so. */
  readonly startedAt: number;
}

/** Path of a key to the values of it that are ours: the one before, if that was ours too, and the last one. */
export type Patched = Readonly<Record<string, readonly FieldValue[]>>;

/** What the planner may know besides the two states. Losing it costs a superfluous try or question, never a service. */
export interface Memory {
  /**
   * Containers, networks and volumes that were wanted, as long as they are there, with the name of the Bastion that
   * wanted them: no others are removed without being asked for. First, so that it is on the disk before anything else.
   */
  readonly wanted: Readonly<Partial<Record<Key, string>>>;
  readonly baselines: Readonly<Partial<Record<Key, Baseline>>>;
  readonly rolledBack: Readonly<Partial<Record<Key, RolledBack>>>;
  /** Times (ms since the epoch) of the replacements of one spec. */
  readonly replacements: Readonly<Partial<Record<Key, { readonly specHash: string; readonly at: readonly number[] }>>>;
  readonly backoffs: Readonly<Partial<Record<Key, Backoff>>>;
  /** Digest of the content that a file's consumers were told of last; of a certificate or authority, who was told of what. */
  readonly notified: Readonly<Partial<Record<Key, string>>>;
  /** What was written into somebody else's file. */
  readonly patched: Readonly<Partial<Record<Key, Patched>>>;
  /** Fingerprint of the certificate that the human asked to be renewed. */
  readonly renewals: Readonly<Partial<Record<Key, string>>>;
  /** Where the closed loops of a resource stand; read again with the desired state. */
  readonly levels: Levels;
  /** Restarts tried while a scrape failed. */
  readonly remediations: Readonly<Partial<Record<Key, Remediation>>>;
  /** Milliseconds since the epoch at which a human asked for a backup. */
  readonly backupRequests: Readonly<Partial<Record<Key, number>>>;
  /** The last good backup that was seen: what is told while its disk is away. */
  readonly backups: Readonly<Partial<Record<Key, RememberedBackup>>>;
  /** How far back the samples of each Prometheus went before its last start. */
  readonly oldest: Readonly<Partial<Record<Key, RememberedOldest>>>;
  /** The directories that must not be mistaken for others. */
  readonly sentinels: Readonly<Partial<Record<Key, RememberedSentinel>>>;
  /** What each gate stands for, for `revalidate: onChange`. */
  readonly gateWitness: Readonly<Partial<Record<Key, GateWitness>>>;
}

/** What lay before a gate when it was looked at last. */
export interface GateWitness {
  /** Of the specs of all that the gate depends on. */
  readonly hash: string;
  /** Milliseconds since the epoch at which that came to be so. */
  readonly changedAt: number;
  /** Nothing was remembered from before: whether it changed then is not known. */
  readonly isFirst?: boolean;
}

export const EMPTY_MEMORY: Memory = {
  wanted: {},
  baselines: {},
  rolledBack: {},
  replacements: {},
  backoffs: {},
  notified: {},
  patched: {},
  renewals: {},
  levels: {},
  remediations: {},
  backupRequests: {},
  backups: {},
  oldest: {},
  sentinels: {},
  gateWitness: {},
};
