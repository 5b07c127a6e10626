import type { ConditionType } from '../model/condition.ts';
import type { Finding } from '../model/resource.ts';
import type { StatusSnapshot } from '../model/status.ts';
import { stepJson, type StepJson } from '../model/step-json.ts';
import { certificateJson, type CertificateJson } from './certificate-json.ts';

/** `GET /api/v1/status` and `bastion status --json`. Times are ISO 8601; null means never. */
export interface StatusJson {
  readonly instance: string;
  readonly version: string;
  /** Whether an operator runs; false when the command worked it out by itself. */
  readonly running: boolean;
  readonly startedAt: string | null;
  readonly revision: string | null;
  /** Absolute path of the desired state that was read; `source` and findings are below it. */
  readonly desiredDirectory: string | null;
  readonly result: string;
  readonly headline: string;
  readonly clocks: Readonly<Record<'desiredRead' | 'fullDiff' | 'converged' | 'lastPass', string | null>>;
  readonly engine: StatusSnapshot['engine'];
  readonly resources: readonly {
    readonly key: string;
    readonly source: string;
    /** The high-level resource that it was rendered from; the Bastion for what all of those share; null: written by a person. */
    readonly renderedFrom: string | null;
    /** Declared and inferred, sorted. */
    readonly dependsOn: readonly string[];
    readonly frozen: boolean;
    /** Not looked at any more: the conditions are the last known ones, and Ready is false. */
    readonly stale: boolean;
    readonly conditions: readonly {
      readonly type: ConditionType;
      readonly status: boolean;
      readonly reason: string;
      readonly message: string;
      readonly since: string | null;
      /** Of trouble that retries interrupted: when it came up first since the resource was Ready last. */
      readonly firstSince?: string;
      readonly observedHash: string;
    }[];
  }[];
  readonly gates: readonly {
    readonly key: string;
    readonly open: boolean;
    readonly awaitingHuman: boolean;
    readonly since: string | null;
    readonly checklist: readonly string[];
    readonly touch: string;
    readonly behind: readonly string[];
    readonly refused?: string;
  }[];
  /** Soonest expiry first. */
  readonly certificates: readonly CertificateJson[];
  /** Closed loops that do not stand where the manifest says. */
  readonly levels: readonly {
    readonly key: string;
    readonly loop: string;
    readonly level: number;
    readonly since: string | null;
    readonly cause: string;
    readonly address?: string;
  }[];
  readonly consents: StatusSnapshot['consents'];
  readonly findings: readonly Finding[];
  /** What the human did without effect, in sentences: files that open no gate or hold nothing. */
  readonly warnings: readonly string[];
  readonly plan: {
    readonly digest: string;
    readonly steps: readonly StepJson[];
    readonly faults: StatusSnapshot['plan']['faults'];
  };
}

function isoTime(milliseconds: number): string | null {
  return milliseconds > 0 ? new Date(milliseconds).toISOString() : null;
}

/** Snapshot to its JSON form. */
export function statusJson(snapshot: StatusSnapshot, running: boolean): StatusJson {
  const { clocks } = snapshot;
  return {
    instance: snapshot.instance,
    version: snapshot.version,
    running,
    startedAt: running ? isoTime(snapshot.startedAt) : null,
    revision: snapshot.revision ?? null,
    desiredDirectory: snapshot.desiredDirectory ?? null,
    result: snapshot.result,
    headline: snapshot.headline,
    clocks: {
      desiredRead: isoTime(clocks.desiredRead),
      fullDiff: isoTime(clocks.fullDiff),
      converged: isoTime(clocks.converged),
      lastPass: isoTime(clocks.lastPass),
    },
    engine: snapshot.engine,
    resources: snapshot.resources.map(({ key, source, renderedFrom, dependsOn, frozen, stale, conditions }) => ({
      key,
      source: `${source.file}:${source.line}`,
      renderedFrom: renderedFrom ?? null,
      dependsOn,
      frozen,
      stale: stale ?? false,
      conditions: conditions.map(({ firstSince, ...condition }) => ({
        ...condition,
        since: isoTime(condition.since),
        ...(firstSince === undefined ? {} : { firstSince: new Date(firstSince).toISOString() }),
      })),
    })),
    gates: snapshot.gates.map((gate) => ({ ...gate, since: isoTime(gate.since) })),
    certificates: snapshot.certificates.map(certificateJson),
    levels: (snapshot.levels ?? []).map(({ key, loop, level, since, cause, address }) => ({
      key,
      loop,
      level,
      since: isoTime(since),
      cause,
      ...(address === undefined ? {} : { address }),
    })),
    consents: snapshot.consents,
    findings: snapshot.findings,
    warnings: snapshot.warnings ?? [],
    plan: {
      digest: snapshot.plan.digest,
      steps: snapshot.plan.steps.map(stepJson),
      faults: snapshot.plan.faults,
    },
  };
}
