import type { CertificateStatus } from '../model/certificate-status.ts';
import type { GateFiles } from '../model/gates.ts';
import type { LoopsStatus } from '../model/loops-status.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import { ENGINE_NOT_ASKED, type ConditionStatus, type StatusSnapshot } from '../model/status.ts';
import type { PassResult } from '../model/trace.ts';
import { touchCommand } from '../plan/gate.ts';
import type { ConditionTracker } from './condition-tracker.ts';
import type { GateTracker } from './gate-tracker.ts';
import { headline } from './headline.ts';
import { withoutEffect } from './without-effect.ts';

/** Where things stand after a pass. */
export interface Standing {
  readonly result: PassResult;
  /** Why there is no plan; empty otherwise. */
  readonly stopped: string;
  readonly desired: DesiredState | undefined;
  readonly gates: GateFiles | undefined;
  readonly plan: Plan | undefined;
  /** Soonest expiry first; absent: none were looked at. */
  readonly certificates?: readonly CertificateStatus[];
  readonly loops?: LoopsStatus;
  readonly running: readonly string[];
  readonly clocks: StatusSnapshot['clocks'];
  readonly engine: StatusSnapshot['engine'];
}

export interface StatusViewOptions {
  readonly version: string;
  readonly desiredDirectory?: string;
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
  /** Milliseconds since the epoch of the last plan; 0 before. */
  #lookedAt = 0;

  constructor(options: StatusViewOptions) {
    this.#options = options;
  }

  publish(standing: Standing): void {
    this.#standing = standing;
    if (standing.plan !== undefined) this.#lookedAt = standing.clocks.lastPass;
    this.#snapshot = undefined;
  }

  snapshot(): StatusSnapshot {
    this.#snapshot ??= this.#make(this.#standing);
    return this.#snapshot;
  }

  #make(standing: Standing | undefined): StatusSnapshot {
    const { version, desiredDirectory, startedAt, conditions, gates: tracker } = this.#options;
    const { desired, gates, plan, result = 'stopped' } = standing ?? {};
    const gateStatuses = desired === undefined || gates === undefined ? [] : tracker.statuses(desired, gates);
    return {
      instance: desired?.instance ?? '',
      version,
      startedAt,
      ...(desiredDirectory === undefined ? {} : { desiredDirectory }),
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
      engine: standing?.engine ?? { reachable: false, version: '', message: ENGINE_NOT_ASKED },
      resources: (desired?.resources ?? []).map(({ key, source, hash, renderedFrom, dependsOn }) => ({
        key,
        source,
        ...(renderedFrom === undefined ? {} : { renderedFrom }),
        dependsOn,
        frozen: desired?.frozen.has(key) ?? false,
        ...(plan === undefined
          ? { stale: true, conditions: conditions.statuses(key, hash).map((status) => this.#doubted(status)) }
          : { conditions: conditions.statuses(key, hash) }),
      })),
      gates: gateStatuses,
      certificates: standing?.certificates ?? [],
      levels: (standing?.loops?.levels ?? []).filter(({ level }) => level > 0),
      consents: (plan?.consents ?? [])
        .filter(({ file }) => gates?.open[file.replace(/\.ok$/, '')] === undefined)
        .map(({ file, removes }) => ({ touch: touchCommand(gates?.directory ?? '', file), removes })),
      findings: desired?.findings ?? [],
      warnings: desired === undefined || gates === undefined ? [] : withoutEffect(desired, gates, plan),
      plan: plan === undefined ? NO_PLAN : { digest: plan.digest, steps: plan.steps, faults: plan.faults },
    };
  }

  /** What is not looked at is not known to be well; what was wrong stays wrong until it is seen to be mended. */
  #doubted(status: ConditionStatus): ConditionStatus {
    if (status.type !== 'Ready' || !status.status) return status;
    const message = 'was Ready when it was looked at last';
    return { ...status, status: false, reason: 'Unknown', message, since: this.#lookedAt };
  }
}
