import type { Condition, ConditionType } from '../../src/model/condition.ts';
import type { FieldChange } from '../../src/model/fields.ts';
import type { Key } from '../../src/model/key.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Blocker, Step } from '../../src/model/step.ts';
import type { StatusSnapshot } from '../../src/model/status.ts';
import type { TraceEvent } from '../../src/model/trace.ts';

/** 2026-01-01T00:00:00Z, as FakeClock begins. */
export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A step that needs no arguments worth mentioning. */
export function updateStep(
  target: Key,
  fields: readonly FieldChange[],
  more: { cause?: string; blockedBy?: readonly Blocker[]; id?: string } = {},
): Step {
  return {
    id: more.id ?? '#1',
    op: 'UpdateContainer',
    target,
    cause: more.cause ?? 'drift',
    fields,
    after: [],
    risk: 'safe',
    blockedBy: more.blockedBy ?? [],
    args: { container: 'id-of-web', resources: {} },
  };
}

export function startStep(target: Key): Step {
  return { ...updateStep(target, []), op: 'StartContainer', cause: 'stopped', args: { container: 'id-of-web' } };
}

export function stepFinished(step: Step, outcome: Outcome = { type: 'done' }, at = NOW): TraceEvent {
  return { type: 'step-finished', at, step, outcome, revision: 'abc123', milliseconds: 40 };
}

export function condition(key: Key, type: ConditionType, reason = type as string): Condition {
  return { key, type, reason, message: `${key} is ${type}`, observedHash: 'v1:1' };
}

export function plan(conditions: readonly Condition[], more: Partial<Plan> = {}): Plan {
  return { digest: 'd1', steps: [], conditions, consents: [], wakeAt: undefined, faults: [], ...more };
}

export function planned(value: Plan, at = NOW): TraceEvent {
  return { type: 'planned', at, plan: value, milliseconds: 1 };
}

/** A converged snapshot with one resource. */
export function snapshot(more: Partial<StatusSnapshot> = {}): StatusSnapshot {
  return {
    instance: 'demo',
    version: '1.2.3',
    startedAt: NOW,
    result: 'converged',
    headline: 'converged: 1 resource',
    clocks: { desiredRead: NOW, fullDiff: NOW, converged: NOW, lastPass: NOW },
    engine: { reachable: true, version: '20.10.24', message: '' },
    resources: [
      {
        key: 'Container/web',
        source: { file: 'web.yaml', line: 1, column: 1 },
        dependsOn: [],
        frozen: false,
        conditions: [{ type: 'Ready', status: true, reason: 'Running', message: '', since: NOW, observedHash: 'v1:1' }],
      },
    ],
    gates: [],
    certificates: [],
    consents: [],
    findings: [],
    plan: { digest: 'd1', steps: [], faults: [] },
    ...more,
  };
}
