import type { CertificateStatus } from './certificate-status.ts';
import type { Condition, ConditionType } from './condition.ts';
import type { Key } from './key.ts';
import type { LoopStatus } from './loops-status.ts';
import type { Plan } from './plan.ts';
import type { Finding, SourceLocation } from './resource.ts';
import type { PassResult } from './trace.ts';

/** One of the five conditions of a resource, as status and JSON show it. */
export interface ConditionStatus {
  readonly type: ConditionType;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since the epoch at which `status` last changed. */
  readonly since: number;
  /**
   * Of trouble that retries interrupted: milliseconds since the epoch at which it came up first, with this reason, since
   * the resource was Ready last. Absent: at `since`.
   */
  readonly firstSince?: number;
  readonly observedHash: string;
}

export interface ResourceStatus {
  readonly key: Key;
  readonly source: SourceLocation;
  /** The high-level resource that it was rendered from; the Bastion for what all of those share. */
  readonly renderedFrom?: Key;
  /** Declared and inferred, sorted. */
  readonly dependsOn: readonly Key[];
  readonly conditions: readonly ConditionStatus[];
  /** Last good copy of a file that is broken now. */
  readonly frozen: boolean;
  /** Not looked at any more (no engine, no desired state): the conditions are the last known, and Ready is not held. */
  readonly stale?: boolean;
}

export interface GateStatus {
  readonly key: Key;
  readonly open: boolean;
  /** Closed and all that it depends on is Ready. */
  readonly awaitingHuman: boolean;
  /** Milliseconds since the epoch: when it opened or closed, or, while it is closed, when the human was asked first. */
  readonly since: number;
  readonly checklist: readonly string[];
  /** The exact command for the human. */
  readonly touch: string;
  /** Resources that wait behind it, sorted; parts of a high-level one that is among them are left out. */
  readonly behind: readonly Key[];
  /** Why a file that is there does not count. */
  readonly refused?: string;
}

/** Message of an engine that nobody has asked yet: whether it can be reached is not known. */
export const ENGINE_NOT_ASKED = 'not asked yet';

/** All that status, page and API show; made by the controller after every pass. */
export interface StatusSnapshot {
  readonly instance: string;
  readonly version: string;
  readonly startedAt: number;
  readonly revision?: string;
  /** Absolute path below which `findings` and sources lie. */
  readonly desiredDirectory?: string;
  readonly result: PassResult;
  /** One line for people, e.g. `halted at gate metrics-visible since 10:02`. */
  readonly headline: string;
  /** Milliseconds since the epoch; 0 when it never happened. */
  readonly clocks: {
    readonly desiredRead: number;
    readonly fullDiff: number;
    readonly converged: number;
    readonly lastPass: number;
  };
  readonly engine: { readonly reachable: boolean; readonly version: string; readonly message: string };
  readonly resources: readonly ResourceStatus[];
  readonly gates: readonly GateStatus[];
  /** Soonest expiry first. */
  readonly certificates: readonly CertificateStatus[];
  /** Closed loops that do not stand where the manifest says, sorted by resource. */
  readonly levels?: readonly LoopStatus[];
  readonly consents: readonly { readonly touch: string; readonly removes: readonly string[] }[];
  readonly findings: readonly Finding[];
  /** What the human did without effect, in sentences: files that open no gate or hold nothing. */
  readonly warnings?: readonly string[];
  readonly plan: Pick<Plan, 'digest' | 'steps' | 'faults'>;
}

export type { Condition };
