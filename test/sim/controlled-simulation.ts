import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PassResult, TraceEvent } from '../../src/model/trace.ts';
import { assembleController } from '../../src/runtime/assemble.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Controller } from '../../src/runtime/controller.ts';
import type { Survival } from '../support/arbitrary-world.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { certificateContext } from '../support/certificate-context.ts';
import { inertSchedule } from '../support/inert-checks.ts';
import { Simulation } from './simulation.ts';

/** A file system in memory where there is one: a busy disk would let steps of one pass run into the next event. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** Real milliseconds without a call, for the state directory. */
const QUIET_MILLISECONDS = 4;
/** Turns of the event loop without a call after which nothing is under way. */
const QUIET_TURNS = 40;

interface Life {
  readonly controller: Controller;
  readonly engine: FakeEngine;
  alive: boolean;
}

/** The same machine with the whole operator on it: the controller with its timers, triggers, streams and disk. */
export class ControlledSimulation extends Simulation {
  readonly #stateDirectories = [newDirectory()];
  #life: Life | undefined;
  #desiredChanged = (): void => undefined;
  #gatesChanged = (): void => undefined;

  /** Tells the operator that something may have changed and gives it some time; its present result, undefined when dead. */
  override async pass(full = false): Promise<PassResult | undefined> {
    const life = (this.#life ??= await this.#start());
    life.engine.down = this.isDown;
    this.#desiredChanged();
    this.#gatesChanged();
    if (full) life.controller.trigger('relist');
    for (let round = 0; round < 4; round++) {
      await this.clock.advance(60);
      await this.#quiet();
    }
    if (this.problems.length > 0) this.fail(this.problems.join('\n'));
    if (!life.alive) return undefined;
    const { result } = life.controller.snapshot();
    this.tell(`  = ${result}`);
    return result;
  }

  override kill(survival: Survival): void {
    this.crash = { at: 0, survival };
    this.strike();
  }

  override close(): void {
    this.strike();
    super.close();
    for (const directory of this.#stateDirectories) rmSync(directory, { recursive: true, force: true });
  }

  /** Ends the present operator in good order, so that none of its handles is left. */
  async stop(): Promise<void> {
    if (!this.#life) return;
    let over = false;
    void this.#life.controller.stop().finally(() => (over = true));
    for (let round = 0; round < 5_000 && !over; round++) {
      await this.clock.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (!over) this.fail('the controller does not stop');
    this.#life = undefined;
  }

  protected override strike(): void {
    const life = this.#life;
    if (!life) return;
    life.alive = false;
    life.engine.halt();
    this.#life = undefined;
    // Another one rather than the same emptied: what the dead one was writing still arrives.
    if (this.crash?.survival === 'lost') {
      this.#stateDirectories.push(newDirectory());
      this.oracle.stateIsLost();
    }
    this.tell(`* the operator died; its state directory: ${this.crash?.survival ?? 'kept'}`);
    this.crash = undefined;
  }

  /** The disk answers in its own time, so quiet means turns without a call and without a file being written. */
  async #quiet(): Promise<void> {
    for (let rest = 0, calls = this.calls; rest < QUIET_MILLISECONDS; rest++) {
      for (let turns = 0; turns < QUIET_TURNS; turns++) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (calls !== this.calls) rest = -1;
      calls = this.calls;
    }
  }

  async #start(): Promise<Life> {
    const engine = new FakeEngine({
      daemon: this.daemon,
      faults: (call, phase, args) => this.onCall(call, phase, args),
    });
    const isAlive = (): boolean => this.#life === undefined || this.#life.engine === engine;
    const clock: Clock = {
      now: () => this.clock.now(),
      random: () => this.clock.random(),
      after: (milliseconds, callback) =>
        this.clock.after(milliseconds, () => {
          if (isAlive()) callback();
        }),
    };
    await this.#quiet();
    this.calls = 0;
    this.tell('* an operator starts');
    const controller = await assembleController({
      version: 'test',
      engine,
      clock,
      stateDirectory: this.#stateDirectories.at(-1) ?? '',
      concurrency: 4,
      loadDesired: () => Promise.resolve(this.desired),
      readGates: () => {
        if (isAlive()) this.oracle.passBegins(this.desired, this.files, this.clock.now());
        return Promise.resolve(this.gateFiles());
      },
      watchDesired: (onChange) => ((this.#desiredChanged = onChange), { close: () => undefined }),
      watchGates: (onChange) => ((this.#gatesChanged = onChange), { close: () => undefined }),
      dial: certificateContext().dial,
      schedule: inertSchedule,
      onTrace: (event) => {
        if (isAlive()) this.#trace(event);
      },
    });
    await controller.start();
    return { controller, engine, alive: true };
  }

  #trace(event: TraceEvent): void {
    if (event.type === 'planned') this.plan = event.plan;
    // A disk that a dead operator and its successor write to at once is none that there is.
    if (event.type !== 'fault' || event.where !== 'memory') this.onTrace(event);
  }
}

function newDirectory(): string {
  return mkdtempSync(join(TEMPORARY, 'bastion-simulated-'));
}
