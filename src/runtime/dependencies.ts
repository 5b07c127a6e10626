import type { Executor } from '../apply/executor.ts';
import type { EngineReader } from '../engine/port.ts';
import type { GateFiles } from '../model/gates.ts';
import type { Levels } from '../model/levels.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { DesiredState } from '../model/resource.ts';
import type { Step } from '../model/step.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { Observer } from '../observe/observer.ts';
import type { BackupSchedules } from './backup-schedules.ts';
import type { Clock } from './clock.ts';
import type { TakeBaseline } from './learner.ts';
import type { MemoryStore } from './memory-store.ts';
import type { ReadinessChecks } from './readiness-checks.ts';
import type { ServedChecks } from './served-checks.ts';
import type { ServiceChecks } from './service-checks.ts';

/** What the controller hands to the executor. */
export interface ExecutorHooks {
  trace(event: TraceEvent): void;
  revision(): string | undefined;
  /** Steps side by side, as the desired state says now. */
  concurrency(): number;
  /** Asked right before a step starts: why it must not any more, or undefined. */
  refusal(step: Step): string | undefined;
}

/** All that the controller works with; `assembleController` fills it with the real parts, specs with small ones. */
export interface ControllerDependencies {
  readonly version: string;
  /** Absolute path of what `loadDesired` reads, for people. */
  readonly desiredDirectory?: string;
  readonly clock: Clock;
  readonly memory: MemoryStore;
  /**
   * Reads the desired state as the closed loops stand. Rejects with a DesiredStateError when nothing usable can be read.
   */
  loadDesired(previous: DesiredState | undefined, levels: Levels): Promise<DesiredState>;
  watchDesired(onChange: () => void): { close(): void };
  readGates(): Promise<GateFiles>;
  watchGates(onChange: () => void): { close(): void };
  /** Calls back when it is time to look at what is served and what is to be renewed, until it is closed. */
  schedule(onTime: () => void): { close(): void };
  readonly servedChecks: Pick<ServedChecks, 'want' | 'checkAll' | 'close'>;
  readonly backupSchedules: Pick<BackupSchedules, 'want' | 'close'>;
  readonly readinessChecks: Pick<ReadinessChecks, 'want' | 'close'>;
  readonly serviceChecks: Pick<ServiceChecks, 'want' | 'close'>;
  readonly observer: Pick<Observer, 'observe' | 'notice' | 'invalidate'>;
  readonly events: EngineReader['events'];
  buildPlan(input: PlanningInput): Plan;
  readonly takeBaseline: TakeBaseline;
  createExecutor(hooks: ExecutorHooks): Executor;
}
