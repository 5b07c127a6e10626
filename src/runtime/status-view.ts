import type { GateFiles } from '../model/gates.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { PassResult } from '../model/trace.ts';
import { touchCommand } from '../plan/gate.ts';
import type { ConditionTracker } from './condition-tracker.ts';
import type { GateTracker } from './gate-tracker.ts';
import { headline } from './headline.ts';

/** Where things stand after a pass. */
export interface Standing {
  readonly result: PassResult;
  /** Why there is no plan; empty otherwise. */
  readonly stopped: string;
  readonly desired: DesiredState | undefined;
  readonly gates: GateFiles | undefined;
  readonly plan: Plan | undefined;
  readonly running: readonly string[];
  readonly clocks: StatusSnapshot['clocks'];
  readonly engine: StatusSnapshot['engine'];
}

export interface StatusViewOptions {
  readonly version: string;
  readonly startedAt: number;
  readonly conditions: ConditionTracker;
  readonly gates: GateTracker;
}

const NO_PLAN: StatusSnapshot['plan'] = { digest: '', steps: [], faults: [] };

/** Makes the snapshot when somebody asks, once per pass, so that a pass that nobody looks at costs nothing. */
export class StatusView {
  readonly #options: StatusViewOptions;
  #standing: Standing | undefined;
  #snapshot: StatusSnapshot | undefined;

  constructor(options: StatusViewOptions) {
    this.#options = options;
  }

  publish(standing: Standing): void {
    this.#standing = standing;
    this.#snapshot = undefined;
  }

  snapshot(): StatusSnapshot {
    this.#snapshot ??= this.#make(this.#standing);
    return this.#snapshot;
  }

  #make(standing: Standing | undefined): StatusSnapshot {
    const { version, startedAt, conditions, gates: tracker } = this.#options;
    const { desired, gates, plan, result = 'stopped' } = standing ?? {};
    const gateStatuses = desired === undefined || gates === undefined ? [] : tracker.statuses(desired, gates);
    return {
      instance: desired?.instance ?? '',
      version,
      startedAt,
      ...(desired?.revision === undefined ? {} : { revision: desired.revision }),
      result,
      headline: headline({
        result,
        plan,
        gates: gateStatuses,
        running: standing?.running ?? [],
        errors: (desired?.findings ?? []).filter(({ severity }) => severity === 'error').length,
        stopped: standing?.stopped ?? '',
      }),
      clocks: standing?.clocks ?? { desiredRead: 0, fullDiff: 0, converged: 0, lastPass: 0 },
      engine: standing?.engine ?? { reachable: false, version: '', message: 'not asked yet' },
      resources: (desired?.resources ?? []).map(({ key, source, hash }) => ({
        key,
        source,
        conditions: conditions.statuses(key, hash),
        frozen: desired?.frozen.has(key) ?? false,
      })),
      gates: gateStatuses,
      consents: (plan?.consents ?? [])
        .filter(({ file }) => gates?.open[file.replace(/\.ok$/, '')] === undefined)
        .map(({ file, removes }) => ({ touch: touchCommand(gates?.directory ?? '', file), removes })),
      findings: desired?.findings ?? [],
      plan: plan === undefined ? NO_PLAN : { digest: plan.digest, steps: plan.steps, faults: plan.faults },
    };
  }
}
