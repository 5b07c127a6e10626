import type { Engine } from '../../src/engine/port.ts';
import type { GateFiles } from '../../src/model/gates.ts';
import type { Levels } from '../../src/model/levels.ts';
import type { DesiredState, Resource } from '../../src/model/resource.ts';
import type { TraceEvent } from '../../src/model/trace.ts';
import { assembleController } from '../../src/runtime/assemble.ts';
import type { Controller } from '../../src/runtime/controller.ts';
import type { LookAtService } from '../../src/runtime/service-checks.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { certificateContext } from '../support/certificate-context.ts';
import { inertSchedule } from '../support/inert-checks.ts';
import { desiredState, gateFiles } from '../support/planning.ts';

export interface HouseOptions {
  readonly stateDirectory: string;
  readonly resources?: readonly Resource[];
  /** What is wanted as the closed loops stand; default: what was wanted last. */
  readonly render?: (levels: Levels) => readonly Resource[];
  /** How services are looked at; default: over the network. */
  readonly lookAtService?: LookAtService;
  /** Another client of the same daemon. */
  readonly wrap?: (engine: FakeEngine) => Engine;
}

/** What waits for the file system alone must come within this time. */
const REAL_MILLISECONDS = 8_000;

/** So far the clock moves while the file system gets a turn; steps that read it must not look slow. */
const LEAP_MILLISECONDS = 100;

/** The real controller, planner, observer and executor in a house made of a fake engine, clock, files and gates. */
export class House {
  readonly clock = new FakeClock();
  readonly engine = new FakeEngine({ clock: this.clock });
  readonly traces: TraceEvent[] = [];
  /** Undefined: the directory is missing. */
  desired: DesiredState | undefined;
  gates: GateFiles = gateFiles();
  failReadingGates = false;
  controller!: Controller;
  readonly #options: HouseOptions;
  #desiredChanged = (): void => undefined;
  #gatesChanged = (): void => undefined;

  private constructor(options: HouseOptions) {
    this.#options = options;
    this.desired = desiredState(options.resources ?? []);
    this.engine.addImage('app:1', { Cmd: ['app'] });
  }

  static async open(options: HouseOptions): Promise<House> {
    const house = new House(options);
    await house.restart();
    return house;
  }

  /** Another operator process on the same engine and state directory. */
  async restart(): Promise<void> {
    await this.prepare();
    await this.controller.start();
  }

  /** The same, not started. */
  async prepare(): Promise<void> {
    this.controller = await assembleController({
      version: 'test',
      engine: this.#options.wrap?.(this.engine) ?? this.engine,
      clock: this.clock,
      stateDirectory: this.#options.stateDirectory,
      concurrency: 4,
      loadDesired: (_previous, levels) => {
        if (this.#options.render !== undefined) this.desired = desiredState(this.#options.render(levels));
        return this.desired === undefined
          ? Promise.reject(new Error('desired-state directory /d does not exist'))
          : Promise.resolve(this.desired);
      },
      ...(this.#options.lookAtService && { lookAtService: this.#options.lookAtService }),
      readGates: () =>
        this.failReadingGates ? Promise.reject(new Error('gates went wrong')) : Promise.resolve(this.gates),
      watchDesired: (onChange) => ((this.#desiredChanged = onChange), { close: () => undefined }),
      watchGates: (onChange) => ((this.#gatesChanged = onChange), { close: () => undefined }),
      dial: certificateContext().dial,
      schedule: inertSchedule,
      onTrace: (event) => this.traces.push(event),
    });
  }

  want(resources: readonly Resource[] | undefined): void {
    this.desired = resources === undefined ? undefined : desiredState(resources);
    this.#desiredChanged();
  }

  open(...names: readonly string[]): void {
    this.gates = gateFiles(names);
    this.#gatesChanged();
  }

  /** Lets time pass from timer to timer until the check holds; fails with where things stand. */
  async until(check: () => boolean, withinMilliseconds = 3_600_000): Promise<void> {
    const end = this.clock.now() + withinMilliseconds;
    const limit = performance.now() + REAL_MILLISECONDS;
    while (!check()) {
      if (this.clock.now() >= end || performance.now() > limit)
        throw new Error(`never: ${check.toString()}\n${this.story()}`);
      const next = this.clock.nextAt;
      if (next !== undefined) await this.clock.advance(Math.min(next - this.clock.now(), LEAP_MILLISECONDS));
      // The file system answers in its own time.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Lets so much time pass, with turns for the file system. */
  elapse(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    return this.until(() => this.clock.now() >= end, milliseconds + 1);
  }

  result(): string {
    return this.controller.snapshot().result;
  }

  untilResult(result: string): Promise<void> {
    return this.until(() => this.result() === result);
  }

  /** Names of the containers that run, sorted. */
  running(): string[] {
    return [...this.engine.daemon.containers.values()]
      .filter(({ inspect }) => inspect.State.Running)
      .map(({ inspect }) => inspect.Name.slice(1))
      .sort();
  }

  traced<T extends TraceEvent['type']>(type: T): Extract<TraceEvent, { type: T }>[] {
    return this.traces.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);
  }

  story(): string {
    const lines = this.traces.map((event) =>
      event.type === 'step-finished'
        ? `${event.step.op} ${event.step.target} ${JSON.stringify(event.outcome)}`
        : event.type === 'condition-changed'
          ? `${event.condition.key} ${event.condition.type} ${event.condition.reason}: ${event.condition.message}`
          : event.type === 'planned' || event.type === 'observed'
            ? ''
            : JSON.stringify(event).slice(0, 300),
    );
    return [this.controller.snapshot().headline, ...lines.filter((line) => line !== '').slice(-60)].join('\n');
  }

  async close(): Promise<void> {
    const stopped = this.controller.stop();
    let over = false;
    void stopped.finally(() => (over = true));
    await this.until(() => over);
    if (this.clock.pending > 0) await this.clock.settle();
  }
}
