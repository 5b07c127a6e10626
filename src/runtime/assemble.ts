import { askReadiness } from '../apply/ask-readiness.ts';
import { createExecutor } from '../apply/executor.ts';
import { createDial } from '../certs/create-dial.ts';
import type { Dial } from '../certs/dial.ts';
import type { CertificateFiles } from '../certs/files.ts';
import { realFiles } from '../certs/real-files.ts';
import type { Engine } from '../engine/port.ts';
import type { GateFiles } from '../model/gates.ts';
import type { Levels } from '../model/levels.ts';
import type { DesiredState } from '../model/resource.ts';
import type { MountWatch } from '../observe/mounts/mount-watch.ts';
import { Observer } from '../observe/observer.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { baselineAfterApply } from '../plan/container/baseline.ts';
import { PlanCache } from '../plan/plan-cache.ts';
import { BackupSchedules } from './backup-schedules.ts';
import type { Clock } from './clock.ts';
import { Controller } from './controller.ts';
import { createReachService } from './ask-service.ts';
import { createLateSchedule, DEFAULT_CHECK_SCHEDULE } from './late-schedule.ts';
import { createLookAtService } from './look-at-service.ts';
import { MemoryStore } from './memory-store.ts';
import { ReadinessChecks } from './readiness-checks.ts';
import type { Schedule } from './schedule.ts';
import { ServiceChecks, type LookAtService } from './service-checks.ts';
import { ServedChecks } from './served-checks.ts';
import type { TraceEvent } from '../model/trace.ts';

export interface ControllerOptions {
  readonly version: string;
  /** Absolute path of what `loadDesired` reads, for people. */
  readonly desiredDirectory?: string;
  readonly engine: Engine;
  /** Whom to ask whether the file system of a path answers; default: one of its own. */
  readonly mounts?: MountWatch;
  readonly clock: Clock;
  /** Locked by the caller (`lockInstance`). */
  readonly stateDirectory: string;
  /** Steps side by side, instead of what the desired state says. */
  readonly concurrency?: number;
  readonly loadDesired: (previous: DesiredState | undefined, levels: Levels) => Promise<DesiredState>;
  readonly watchDesired: (onChange: () => void) => { close(): void };
  readonly readGates: () => Promise<GateFiles>;
  readonly watchGates: (onChange: () => void) => { close(): void };
  /** File operations on key pairs and secrets; default: the real ones. */
  readonly files?: CertificateFiles;
  /** How a service is asked for its certificate; default: by a TLS handshake. */
  readonly dial?: Dial;
  /** How a service of the stack is looked at; default: asked over mutual TLS. */
  readonly lookAtService?: LookAtService;
  /** Cron expression: when to look at what is served and what is to be renewed. Default: every five minutes. */
  readonly checkSchedule?: string;
  /** Default: the real one. */
  readonly schedule?: Schedule;
  /** Told of everything from the first event on. */
  readonly onTrace: (event: TraceEvent) => void;
}

/** Puts the controller together from the real planner, observer, executor and memory. Does not start it. */
export async function assembleController(options: ControllerOptions): Promise<Controller> {
  const { engine, clock, stateDirectory, concurrency, onTrace } = options;
  const cache = new PlanCache();
  const memory = await MemoryStore.open(stateDirectory, {
    clock,
    onFault: (where, message) => onTrace({ type: 'fault', at: clock.now(), where, message }),
  });
  const { files = realFiles, dial = createDial(() => clock.now()), checkSchedule = DEFAULT_CHECK_SCHEDULE } = options;
  const schedule = options.schedule ?? createLateSchedule(clock);
  let trace = onTrace;
  const servedChecks = new ServedChecks({
    clock,
    dial,
    engine,
    files,
    trace: (event) => trace(event),
    onChange: () => controller.trigger('served'),
  });
  const readinessChecks = new ReadinessChecks({
    clock,
    ask: (target) => askReadiness(target, { engine, files, clock }),
    onChange: () => controller.trigger('readiness'),
  });
  const look =
    options.lookAtService ??
    createLookAtService({ clock, engine, reach: createReachService({ engine, files, clock }) });
  const serviceChecks = new ServiceChecks({
    clock,
    look,
    trace: (event) => trace(event),
    onChange: () => controller.trigger('service'),
  });
  const controller = new Controller({
    version: options.version,
    ...(options.desiredDirectory === undefined ? {} : { desiredDirectory: options.desiredDirectory }),
    clock,
    memory,
    loadDesired: options.loadDesired,
    watchDesired: options.watchDesired,
    readGates: options.readGates,
    watchGates: options.watchGates,
    schedule: (onTime) => schedule(checkSchedule, onTime),
    servedChecks,
    readinessChecks,
    backupSchedules: new BackupSchedules(schedule, () => controller.trigger('schedule')),
    serviceChecks,
    observer: new Observer(engine, {
      now: () => clock.now(),
      served: () => servedChecks.current(),
      readiness: () => readinessChecks.current(),
      services: () => serviceChecks.current(),
      ...(options.mounts === undefined ? {} : { mounts: options.mounts }),
    }),
    events: (signal, connected) => engine.events(signal, connected),
    buildPlan: (input) => buildPlan(input, cache),
    takeBaseline: baselineAfterApply,
    createExecutor: (hooks) => {
      // What is dialled beside the passes is told to all who listen to the controller.
      trace = (event) => hooks.trace(event);
      return createExecutor({
        engine,
        clock,
        stateDirectory,
        concurrency: () => concurrency ?? hooks.concurrency(),
        refusal: (step) => hooks.refusal(step),
        trace: (event) => hooks.trace(event),
        revision: () => hooks.revision(),
        remember: {
          recordRollback: (key, specHash, reason, log) => memory.recordRollback(key, specHash, reason, log),
          recordNotified: (key, digest) => memory.recordNotified(key, digest),
          recordPatched: (key, wrote) => memory.recordPatched(key, wrote),
          recordLevel: (key, loop, level) => memory.recordLevel(key, loop, level),
          recordRemediation: (key, hash, restarts) => memory.recordRemediation(key, hash, restarts),
        },
        reportDeleted: (key, snapshots) => serviceChecks.forgetSnapshots(key, snapshots),
        certificates: {
          files,
          dial,
          reportServed: (key, target, found) => servedChecks.report(key, target, found),
        },
      });
    },
  });
  controller.on(onTrace);
  return controller;
}
