import { createExecutor } from '../../src/apply/executor.ts';
import type { Memory } from '../../src/model/memory.ts';
import type { GateFiles } from '../../src/model/gates.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { PlanningInput } from '../../src/model/planning-input.ts';
import type { DesiredState } from '../../src/model/resource.ts';
import type { PassResult, TraceEvent } from '../../src/model/trace.ts';
import { Observer } from '../../src/observe/observer.ts';
import { baselineAfterApply } from '../../src/plan/container/baseline.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { MemoryStore } from '../../src/runtime/memory-store.ts';
import { Passes } from '../../src/runtime/pass.ts';
import { TraceBus } from '../../src/runtime/trace-bus.ts';
import { certificateContext } from '../support/certificate-context.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import type { FakeEngine } from '../support/fake-engine.ts';
import {
  inertBackupSchedules,
  inertReadinessChecks,
  inertSchedule,
  inertServedChecks,
  inertServiceChecks,
} from '../support/inert-checks.ts';

/** A directory that cannot be: what is remembered stays in memory, and the simulation decides what survives. */
const NO_DISK = '/dev/null/state';
const RELIST_MILLISECONDS = 60_000;
/** Turns of the event loop after which a pass counts as hanging. */
const TURNS = 200_000;

export interface OperatorOptions {
  readonly engine: FakeEngine;
  readonly clock: FakeClock;
  readonly memory: Memory;
  readonly desired: () => DesiredState;
  readonly gates: () => GateFiles;
  readonly plan: (input: PlanningInput) => Plan;
  readonly trace: (event: TraceEvent) => void;
}

/**
 * One operator process: the real passes, observer, executor and memory, without the timers that drive them. It can die
 * at any call; then nothing of it does anything any more.
 */
export class SimulatedOperator {
  readonly passes: Passes;
  readonly #options: OperatorOptions;
  readonly #observer: Observer;
  readonly #store: MemoryStore;
  readonly #abort = new AbortController();
  #durable: Memory;
  #alive = true;
  #listening = false;
  #relistedAt = 0;

  private constructor(options: OperatorOptions, store: MemoryStore, clock: Clock) {
    const { engine } = options;
    this.#options = options;
    this.#store = store;
    this.#durable = options.memory;
    this.#observer = new Observer(engine, {
      now: () => clock.now(),
      passwdFile: '/nonexistent',
      groupFile: '/nonexistent',
    });
    const bus = new TraceBus(clock);
    bus.on((event) => this.#alive && options.trace(event));
    const flush = store.flush.bind(store);
    store.flush = async () => {
      await flush();
      if (this.#alive) this.save();
    };
    this.passes = new Passes(
      {
        version: 'test',
        clock,
        memory: store,
        loadDesired: () => Promise.resolve(options.desired()),
        watchDesired: () => ({ close: () => undefined }),
        readGates: () => Promise.resolve(options.gates()),
        watchGates: () => ({ close: () => undefined }),
        schedule: () => inertSchedule('', () => undefined),
        servedChecks: inertServedChecks,
        readinessChecks: inertReadinessChecks,
        backupSchedules: inertBackupSchedules,
        serviceChecks: inertServiceChecks,
        observer: this.#observer,
        events: (signal, connected) => engine.events(signal, connected),
        buildPlan: options.plan,
        takeBaseline: baselineAfterApply,
        createExecutor: (hooks) =>
          createExecutor({
            engine,
            clock,
            stateDirectory: NO_DISK,
            concurrency: () => 4,
            refusal: (step) => hooks.refusal(step),
            trace: (event) => hooks.trace(event),
            revision: () => hooks.revision(),
            certificates: certificateContext(),
            remember: {
              recordRollback: (key, hash, reason, log) => store.recordRollback(key, hash, reason, log),
              recordNotified: (key, digest) => store.recordNotified(key, digest),
              recordPatched: (key, wrote) => store.recordPatched(key, wrote),
              recordLevel: (key, loop, level) => store.recordLevel(key, loop, level),
              recordRemediation: (key, hash, restarts) => store.recordRemediation(key, hash, restarts),
            },
          }),
      },
      bus,
      () => undefined,
    );
  }

  static async start(options: OperatorOptions): Promise<SimulatedOperator> {
    const made: { operator?: SimulatedOperator } = {};
    const isAlive = (): boolean => made.operator?.alive !== false;
    const after: Clock['after'] = (milliseconds, callback) =>
      options.clock.after(milliseconds, () => {
        if (isAlive()) callback();
      });
    const clock: Clock = { now: () => options.clock.now(), random: () => options.clock.random(), after };
    const saving: Clock = {
      ...clock,
      after: (milliseconds, callback) =>
        after(milliseconds, () => {
          made.operator?.save();
          callback();
        }),
    };
    const store = await MemoryStore.open(NO_DISK, { clock: saving, onFault: () => undefined });
    store.update(() => options.memory);
    made.operator = new SimulatedOperator(options, store, clock);
    return made.operator;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What it remembers now. */
  get memory(): Memory {
    return this.#store.current;
  }

  /** What had reached the disk. */
  get durable(): Memory {
    return this.#durable;
  }

  save(): void {
    this.#durable = this.#store.current;
  }

  /** As `kill -9`. */
  kill(): void {
    this.#alive = false;
    this.#options.engine.halt();
    this.#abort.abort();
  }

  /** One pass, and all that it starts, until nothing runs or the operator is dead; undefined then. */
  async pass(full = false): Promise<PassResult | undefined> {
    this.#listen();
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    const now = this.#options.clock.now();
    if (full || now - this.#relistedAt >= RELIST_MILLISECONDS) {
      this.passes.demandFull();
      this.#relistedAt = now;
    }
    this.passes.expireDesired();
    const outcome: { result?: PassResult; error?: Error } = {};
    this.passes.run().then(
      ({ result }) => (outcome.result = result),
      (error: unknown) => (outcome.error = error instanceof Error ? error : new Error(String(error))),
    );
    for (let turn = 0; this.#alive; turn++) {
      if (outcome.error !== undefined) throw outcome.error;
      if (outcome.result !== undefined && !this.passes.inFlight.running) return outcome.result;
      if (turn > TURNS) throw new Error('a pass hangs');
      await nextTurn();
    }
    return undefined;
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    const listen = async (): Promise<void> => {
      const stream = this.#options.engine.events(this.#abort.signal, () => this.passes.demandFull());
      for await (const event of stream) this.#observer.invalidate(event);
    };
    listen()
      .catch(() => undefined)
      .finally(() => {
        this.#listening = false;
        this.passes.demandFull();
      });
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
