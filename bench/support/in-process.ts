import type { Operator } from '../../src/cli/operator.ts';
import type { TraceEvent } from '../../src/model/trace.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { builtOperator } from './built-operator.ts';
import { cpuSince } from './raw-engine.ts';
import type { World } from './world.ts';

/** The clock with fractions of a millisecond. */
const preciseClock: Clock = { ...systemClock, now: () => performance.timeOrigin + performance.now() };

/** What one pass took; milliseconds. */
export interface PassCost {
  readonly wall: number;
  readonly cpu: number;
  readonly observe: number;
  readonly plan: number;
  /** Calls of the engine's port. */
  readonly calls: number;
}

/** The operator in this process, put together as `run` does it. */
export class InProcess {
  readonly operator: Operator;

  private constructor(operator: Operator) {
    this.operator = operator;
  }

  static async open(world: World): Promise<InProcess> {
    const { createOperator } = await builtOperator();
    return new InProcess(await createOperator(world.settings, preciseClock, []));
  }

  /** Starts the loop and waits until a pass finds nothing left to do. */
  async converge(): Promise<void> {
    const converged = this.#next((event) => event.type === 'pass-finished' && event.result === 'converged');
    await this.operator.controller.start();
    await converged;
  }

  /** One pass, a full one or one as an event makes it. Passes that something else caused meanwhile do not count. */
  async pass(full: boolean): Promise<PassCost> {
    for (;;) {
      const cost = await this.#pass(full);
      if (cost !== undefined) return cost;
    }
  }

  async #pass(full: boolean): Promise<PassCost | undefined> {
    let observed: Extract<TraceEvent, { type: 'observed' }> | undefined;
    let plan = 0;
    let steps = 0;
    const cpu = process.cpuUsage();
    const finished = this.#next((event) => {
      if (event.type === 'observed') observed = event;
      if (event.type === 'planned') {
        plan = event.milliseconds;
        steps = event.plan.steps.length;
      }
      return event.type === 'pass-finished';
    });
    this.operator.controller.trigger(full ? 'relist' : 'event');
    const end = await finished;
    const spent = cpuSince(cpu);
    if (observed?.full !== full || end.type !== 'pass-finished') return undefined;
    if (steps > 0) throw new Error('the pass was not a no-op: something changed the containers of the benchmark');
    return { wall: end.milliseconds, cpu: spent, observe: observed.milliseconds, plan, calls: observed.calls };
  }

  #next(isIt: (event: TraceEvent) => boolean): Promise<TraceEvent> {
    return new Promise((resolve) => {
      const off = this.operator.controller.on((event) => {
        if (!isIt(event)) return;
        off();
        resolve(event);
      });
    });
  }
}
