import type { EngineEvent } from '../engine/wire.ts';
import type { ControllerDependencies } from './dependencies.ts';
import { EngineStream } from './engine-stream.ts';

export const RELIST_MILLISECONDS = 60_000;

/** Why to look again. */
export type Reason =
  | 'started'
  | 'desired'
  | 'gates'
  | 'event'
  | 'relist'
  | 'settled'
  | 'wake'
  | 'retry'
  | 'control'
  /** It is time to look at what is served, at what is to be renewed, or at what a Backup's schedule says. */
  | 'schedule'
  /** A consumer serves something else than before. */
  | 'served'
  /** A container became ready, or is not any more. */
  | 'readiness'
  /** A service of the stack says something else than before. */
  | 'service';

type TriggerDependencies = Pick<
  ControllerDependencies,
  | 'clock'
  | 'events'
  | 'watchDesired'
  | 'watchGates'
  | 'schedule'
  | 'servedChecks'
  | 'readinessChecks'
  | 'backupSchedules'
  | 'serviceChecks'
>;

export interface TriggerTargets {
  mark(reason: Reason): void;
  /** Before its reason is marked; false: it does not matter, nothing is marked. */
  event(event: EngineEvent): boolean;
}

/** All that makes the loop look again. It only marks; what is there is found by looking. */
export class Triggers {
  readonly #deps: TriggerDependencies;
  readonly #targets: TriggerTargets;
  readonly #stream: EngineStream;
  #watches: { close(): void }[] = [];
  #schedule: { close(): void } | undefined;
  #isClosed = false;
  #cancelRelist: (() => void) | undefined;
  #cancelWake: (() => void) | undefined;

  constructor(deps: TriggerDependencies, targets: TriggerTargets) {
    this.#deps = deps;
    this.#targets = targets;
    this.#stream = new EngineStream((signal, connected) => deps.events(signal, connected), deps.clock, {
      connected: () => targets.mark('relist'),
      ended: () => targets.mark('relist'),
      event: (event) => {
        if (targets.event(event)) targets.mark('event');
      },
    });
  }

  open(): void {
    this.#watches = [
      this.#deps.watchDesired(() => this.#targets.mark('desired')),
      this.#deps.watchGates(() => this.#targets.mark('gates')),
    ];
    this.#stream.open();
    this.#armRelist();
  }

  /** There are certificates: from now on they are looked at by schedule, too. */
  openSchedule(): void {
    if (this.#isClosed) return;
    this.#schedule ??= this.#deps.schedule(() => {
      this.#deps.servedChecks.checkAll();
      this.#targets.mark('schedule');
    });
  }

  /** One timer for the next thing that changes by itself; the last call counts. */
  wakeAt(time: number | undefined, reason: Reason): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (time === undefined) return;
    const milliseconds = Math.max(0, time - this.#deps.clock.now());
    this.#cancelWake = this.#deps.clock.after(milliseconds, () => this.#targets.mark(reason));
  }

  /** The event stream was found not to tell everything. */
  distrustStream(): void {
    this.#stream.restart();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const watch of this.#watches) watch.close();
    this.#watches = [];
    this.#schedule?.close();
    this.#deps.servedChecks.close();
    this.#deps.readinessChecks.close();
    this.#deps.backupSchedules.close();
    this.#deps.serviceChecks.close();
    this.#cancelRelist?.();
    this.#cancelWake?.();
    await this.#stream.close();
  }

  #armRelist(): void {
    this.#cancelRelist = this.#deps.clock.after(RELIST_MILLISECONDS, () => {
      this.#targets.mark('relist');
      this.#armRelist();
    });
  }
}
