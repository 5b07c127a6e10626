import type { Key } from '../model/key.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Operation, Step } from '../model/step.ts';
import type { Clock } from './clock.ts';
import { connectedComponents } from './components.ts';

/** What steps of one resource were planned for. Kept with them: when they are over, something else may be wanted. */
export interface Intent {
  /** `hash` of the resource; empty for one that is not wanted any more. */
  readonly specHash: string;
  /** `attempt` of the resource; empty likewise. */
  readonly attempt: string;
  /** Resources whose objects the steps touch besides their own. */
  readonly touches: readonly Key[];
  /** The same by step: each is busy until the last step that touches it is over. Absent: until all steps are. */
  readonly touchedBy?: ReadonlyMap<Step, readonly Key[]>;
  /** Open consent files when they were launched. */
  readonly consents: readonly string[];
}

/** The steps of one resource that were started together, once all of them are over. */
export interface SettledFlight {
  readonly key: Key;
  readonly intent: Intent;
  /** In the plan's order. */
  readonly steps: readonly Step[];
  readonly outcomes: ReadonlyMap<Step, Outcome>;
}

interface Flight {
  readonly key: Key;
  readonly intent: Intent;
  /** What was served is being taken down: see `isCommitted`. */
  isCommitted: boolean;
  readonly steps: Step[];
  readonly outcomes: Map<Step, Outcome>;
  readonly component: readonly Step[];
}

export interface InFlightOptions {
  readonly clock: Clock;
  readonly run: (steps: readonly Step[]) => Promise<ReadonlyMap<string, Outcome>>;
  readonly onSettled: (flight: SettledFlight) => void;
  /** A resource that asked to be looked at later is free again. */
  readonly onFree: () => void;
  readonly onFault: (message: string) => void;
}

const NO_INTENT: Intent = { specHash: '', attempt: '', touches: [], consents: [] };

/** What takes from people what they have, until the steps that come after it give it back. */
const COMMITTING: ReadonlySet<Operation> = new Set([
  'StopContainer',
  'RenameContainer',
  'RemoveContainer',
  'DisconnectNetwork',
  'RemoveNetwork',
]);

/**
 * Steps that run while the loop goes on. INVARIANTS
 * - A key is busy from launch until its own steps are over; it need not wait for the others of its component, so a slow
 *   pull holds up nothing but what needs the image.
 * - A key is never in two flights.
 * - What a step touches is busy until that step is over: a copy that takes an hour after it holds up nobody else.
 */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #flights = new Map<Key, Flight>();
  /** Keys that asked to be looked at later, with what cancels their timer. */
  readonly #resting = new Map<Key, () => void>();
  readonly #runs = new Set<Promise<void>>();

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  /** Keys with steps in flight, of their own or of others that touch them, as of now. */
  busy(): Set<Key> {
    const touched = [...this.#flights.values()].flatMap(stillTouched);
    return new Set([...this.#flights.keys(), ...touched, ...this.#resting.keys()]);
  }

  /** What a resource's steps in flight were planned for. */
  intentOf(key: Key): Intent | undefined {
    return this.#flights.get(key)?.intent;
  }

  /**
   * Whether a resource's steps have begun to take down what was served: ended now, it would stay down. Of what is not
   * wanted any more nothing has to come back.
   */
  isCommitted(key: Key): boolean {
    return this.#flights.get(key)?.isCommitted === true;
  }

  /** Whether steps run (a resource that only rests does not count). */
  get running(): boolean {
    return this.#runs.size > 0;
  }

  /** Whether any resource waits for steps of its own; false as soon as the last one settles. */
  get pending(): boolean {
    return this.#flights.size > 0;
  }

  /** Starts a closed DAG of steps whose targets are not busy, and does not wait. */
  launch(steps: readonly Step[], intentOf: (key: Key) => Intent = () => NO_INTENT): void {
    for (const component of connectedComponents(steps)) {
      for (const step of component) {
        const flight = this.#flights.get(step.target);
        if (flight !== undefined) flight.steps.push(step);
        else
          this.#flights.set(step.target, {
            key: step.target,
            intent: intentOf(step.target),
            isCommitted: false,
            steps: [step],
            outcomes: new Map(),
            component,
          });
      }
      const run = this.#options.run(component).then(
        (outcomes) => this.#close(component, outcomes),
        (error: unknown) => {
          this.#options.onFault(`the executor threw: ${String(error)}`);
          this.#close(component, new Map());
        },
      );
      this.#runs.add(run);
      void run.finally(() => this.#runs.delete(run));
    }
  }

  /** Told by the executor's trace: a step starts. */
  started(step: Step): void {
    const flight = this.#flights.get(step.target);
    if (flight?.steps.includes(step) !== true || flight.intent.attempt === '') return;
    if (COMMITTING.has(step.op)) flight.isCommitted = true;
  }

  /** Told by the executor's trace: one step is over. */
  finished(step: Step, outcome: Outcome): void {
    const flight = this.#flights.get(step.target);
    if (flight === undefined || !flight.steps.includes(step)) return;
    flight.outcomes.set(step, outcome);
    if (outcome.type !== 'done') this.#skipAfter(step, flight.component);
    for (const other of new Set(flight.component.map(({ target }) => target))) this.#settleWhenOver(other);
  }

  /** Resolves when nothing runs any more, or after so many milliseconds; false then. */
  async idle(withinMilliseconds: number): Promise<boolean> {
    for (const cancel of this.#resting.values()) cancel();
    this.#resting.clear();
    if (this.#runs.size === 0) return true;
    let cancel = (): void => undefined;
    const late = new Promise<boolean>((resolve) => {
      cancel = this.#options.clock.after(withinMilliseconds, () => resolve(false));
    });
    const over = Promise.allSettled(this.#runs).then(() => true);
    const idle = await Promise.race([over, late]);
    cancel();
    return idle;
  }

  #skipAfter(failed: Step, component: readonly Step[]): void {
    const lost = new Set([failed.id]);
    for (const step of component) {
      if (!step.after.some((id) => lost.has(id))) continue;
      lost.add(step.id);
      const flight = this.#flights.get(step.target);
      if (flight?.outcomes.has(step) === false) {
        flight.outcomes.set(step, {
          type: 'skipped',
          because: `${failed.id} ${failed.op} ${failed.target} did not succeed`,
        });
      }
    }
  }

  #close(component: readonly Step[], outcomes: ReadonlyMap<string, Outcome>): void {
    for (const step of component) {
      const flight = this.#flights.get(step.target);
      if (flight?.component !== component || flight.outcomes.has(step)) continue;
      flight.outcomes.set(step, outcomes.get(step.id) ?? { type: 'skipped', because: 'the executor gave no outcome' });
    }
    for (const key of new Set(component.map(({ target }) => target))) this.#settleWhenOver(key);
  }

  #settleWhenOver(key: Key): void {
    const flight = this.#flights.get(key);
    if (flight === undefined || flight.outcomes.size < flight.steps.length) return;
    this.#flights.delete(key);
    const rests = [...flight.outcomes.values()].map((outcome) =>
      outcome.type === 'requeueAfter' ? outcome.milliseconds : 0,
    );
    const milliseconds = Math.max(0, ...rests);
    if (milliseconds > 0) this.#rest(key, milliseconds);
    this.#options.onSettled(flight);
  }

  #rest(key: Key, milliseconds: number): void {
    const cancel = this.#options.clock.after(milliseconds, () => {
      this.#resting.delete(key);
      this.#options.onFree();
    });
    this.#resting.set(key, cancel);
  }
}

function stillTouched({ intent, steps, outcomes }: Flight): readonly Key[] {
  const { touches, touchedBy } = intent;
  if (touchedBy === undefined) return touches;
  return steps.flatMap((step) => (outcomes.has(step) ? [] : (touchedBy.get(step) ?? [])));
}
