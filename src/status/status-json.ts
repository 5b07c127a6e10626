import type { ConditionType } from '../model/condition.ts';
import type { FieldChange } from '../model/fields.ts';
import { redactChange } from '../model/redact.ts';
import type { Finding } from '../model/resource.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { Step } from '../model/step.ts';

/** A step as JSON shows it: no arguments (they hold whole specs), blockers by name, secrets redacted. */
export interface StepJson {
  readonly id: string;
  readonly op: string;
  readonly target: string;
  readonly cause: string;
  readonly fields: readonly FieldChange[];
  readonly after: readonly string[];
  readonly risk: string;
  readonly blockedBy: readonly string[];
}

/** `GET /api/v1/status` and `bastion status --json`. Times are ISO 8601; null means never. */
export interface StatusJson {
  readonly instance: string;
  readonly version: string;
  /** Whether an operator runs; false when the command worked it out by itself. */
  readonly running: boolean;
  readonly startedAt: string | null;
  readonly revision: string | null;
  readonly result: string;
  readonly headline: string;
  readonly clocks: Readonly<Record<'desiredRead' | 'fullDiff' | 'converged' | 'lastPass', string | null>>;
  readonly engine: StatusSnapshot['engine'];
  readonly resources: readonly {
    readonly key: string;
    readonly source: string;
    readonly frozen: boolean;
    readonly conditions: readonly {
      readonly type: ConditionType;
      readonly status: boolean;
      readonly reason: string;
      readonly message: string;
      readonly since: string | null;
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
  readonly consents: StatusSnapshot['consents'];
  readonly findings: readonly Finding[];
  readonly plan: {
    readonly digest: string;
    readonly steps: readonly StepJson[];
    readonly faults: StatusSnapshot['plan']['faults'];
  };
}

function isoTime(milliseconds: number): string | null {
  return milliseconds > 0 ? new Date(milliseconds).toISOString() : null;
}

/** A step without its arguments. */
export function stepJson(step: Step): StepJson {
  return {
    id: step.id,
    op: step.op,
    target: step.target,
    cause: step.cause,
    fields: step.fields.map((change) => {
      const { path, want, got } = redactChange(change);
      return { path, want: want ?? null, got: got ?? null };
    }),
    after: step.after,
    risk: step.risk,
    blockedBy: step.blockedBy.map((blocker) => blocker.name),
  };
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
    result: snapshot.result,
    headline: snapshot.headline,
    clocks: {
      desiredRead: isoTime(clocks.desiredRead),
      fullDiff: isoTime(clocks.fullDiff),
      converged: isoTime(clocks.converged),
      lastPass: isoTime(clocks.lastPass),
    },
    engine: snapshot.engine,
    resources: snapshot.resources.map(({ key, source, frozen, conditions }) => ({
      key,
      source: `${source.file}:${source.line}`,
      frozen,
      conditions: conditions.map((condition) => ({ ...condition, since: isoTime(condition.since) })),
    })),
    gates: snapshot.gates.map((gate) => ({ ...gate, since: isoTime(gate.since) })),
    consents: snapshot.consents,
    findings: snapshot.findings,
    plan: {
      digest: snapshot.plan.digest,
      steps: snapshot.plan.steps.map(stepJson),
      faults: snapshot.plan.faults,
    },
  };
}
