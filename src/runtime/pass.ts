import type { GateFiles } from '../model/gates.ts';
import type { Key } from '../model/key.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState, Resource } from '../model/resource.ts';
import type { Step } from '../model/step.ts';
import { isBackingOff } from '../model/backing-off.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { PassResult } from '../model/trace.ts';
import { runnableSteps, separateSteps } from './components.ts';
import { ConditionTracker } from './condition-tracker.ts';
import type { ControllerDependencies } from './dependencies.ts';
import { DesiredSource } from './desired-source.ts';
import { DriftTracker } from './drift-tracker.ts';
import { EngineLink } from './engine-link.ts';
import { forgetTouched } from './forget-touched.ts';
import { GateTracker } from './gate-tracker.ts';
import { InFlight } from './in-flight.ts';
import { intentOf } from './intent-of.ts';
import { Learner } from './learner.ts';
import { lookBeside } from './look-beside.ts';
import { passResult } from './pass-result.ts';
import { rememberSeen } from './remember-seen.ts';
import { Repetition } from './repetition.ts';
import { startRefusal } from './start-guard.ts';
import { StatusView, type Standing } from './status-view.ts';
import { touchedKeys } from './touched-keys.ts';
import type { TraceBus } from './trace-bus.ts';
import { StopWitness } from './stop-witness.ts';
import { wakeTime } from './wake-time.ts';

/** How a pass ended, and when (milliseconds since the epoch) the next one is due at the latest. */
export interface PassEnd {
  readonly result: PassResult;
  readonly nextAt: number | undefined;
}

const DESIRED_RETRY_MILLISECONDS = 5_000;

/**
 * One pass: read, look, plan, tell, start what may run. INVARIANTS: never plans on an observation that failed or without
 * a desired state; never waits for a step; hands over no step with blockers and none for a resource that has steps in
 * flight.
 */
export class Passes {
  readonly inFlight: InFlight;
  readonly view: StatusView;
  readonly stops = new StopWitness();
  readonly #deps: ControllerDependencies;
  readonly #trace: TraceBus;
  readonly #desired: DesiredSource;
  readonly #link: EngineLink;
  readonly #learner: Learner;
  readonly #conditions = new ConditionTracker();
  readonly #gates = new GateTracker();
  readonly #drifts = new DriftTracker();
  readonly #repetition = new Repetition();
  #fullDue = true;
  #resources = new Map<Key, Resource>();
  #resourcesOf: DesiredState | undefined;
  #observed: Observed | undefined;
  #standing: Pick<Standing, 'gates' | 'plan' | 'certificates' | 'loops'> = { gates: undefined, plan: undefined };
  #clocks = { fullDiff: 0, converged: 0 };
  #halted = false;
  /** As read last. */
  #gateFiles: GateFiles | undefined;
  readonly #closeExecutor: () => void;

  /** @param onSettled called when steps of a resource are over and it should be looked at again */
  constructor(deps: ControllerDependencies, trace: TraceBus, onSettled: () => void) {
    this.#deps = deps;
    this.#trace = trace;
    this.#desired = new DesiredSource({
      load: (previous, levels) => deps.loadDesired(previous, levels),
      levels: () => deps.memory.current.levels,
      clock: deps.clock,
      trace,
    });
    this.#link = new EngineLink(trace);
    this.#learner = new Learner(deps.memory, deps.clock, deps.takeBaseline, (container) =>
      this.stops.wasStopped(container),
    );
    const startedAt = deps.clock.now();
    this.view = new StatusView({ ...deps, startedAt, conditions: this.#conditions, gates: this.#gates });
    const executor = deps.createExecutor({
      revision: () => this.#desired.last?.revision,
      concurrency: () => this.#desired.last?.bastion.concurrency ?? 1,
      refusal: (step) => this.#refusal(step),
      trace: (event) => {
        if (event.type === 'step-started') this.inFlight.started(event.step);
        trace.forward(event);
        if (event.type === 'step-finished') this.inFlight.finished(event.step, event.outcome);
      },
    });
    this.inFlight = new InFlight({
      clock: deps.clock,
      run: (steps) => executor.run(steps),
      onFault: (message) => trace.emit({ type: 'fault', where: 'executor', message }),
      onFree: onSettled,
      onSettled: (flight) => {
        forgetTouched(flight.steps, this.#observed, deps.observer);
        this.#learner.settled(flight);
        // Steps that failed have the backoff; only those that succeed and change nothing are to be counted.
        if ([...flight.outcomes.values()].some(({ type }) => type !== 'done')) this.#repetition.forget(flight.key);
        onSettled();
      },
    });
    this.#closeExecutor = () => executor.close();
  }

  /** From now on nothing is started. */
  halt(): void {
    this.#halted = true;
  }

  /** From now on no step starts, and what becomes of those that still run is nobody's failure. */
  close(): void {
    this.#closeExecutor();
  }

  /** The desired state may have changed. */
  expireDesired(): void {
    this.#desired.expire();
  }

  /** The next observation looks at everything again. */
  demandFull(): void {
    this.#fullDue = true;
  }

  /** A resource whose steps changed nothing is tried again. */
  retry(key: Key): void {
    this.#repetition.forget(key);
  }

  /** Runs one pass. @throws faults of ours only */
  async run(): Promise<PassEnd> {
    const started = this.#deps.clock.now();
    const end = await this.#attempt();
    const milliseconds = this.#deps.clock.now() - started;
    this.#trace.emit({ type: 'pass-finished', result: end.result, milliseconds });
    return end;
  }

  async #attempt(): Promise<PassEnd> {
    const { clock, memory } = this.#deps;
    const desired = await this.#desired.read();
    const gates = await this.#deps.readGates();
    // Also without a desired state: what runs may stand before a gate that was closed.
    this.#gateFiles = gates;
    if (desired === undefined) return this.#stop(this.#desired.failure ?? '', DESIRED_RETRY_MILLISECONDS);
    this.#adopt(desired);
    const busyBefore = this.inFlight.busy();
    const seen = await this.#observe(desired);
    if ('retryIn' in seen) return this.#stop(this.#link.status.message, seen.retryIn);
    const busy = new Set([...busyBefore, ...this.inFlight.busy()]);
    const { observed } = seen;
    this.#learner.observed(desired, observed, busy);

    const now = clock.now();
    await rememberSeen(memory, { desired, observed, busy, now });
    const input: PlanningInput = { desired, observed, gates, memory: memory.current, busy, now };
    const plan = this.#deps.buildPlan(input);
    this.#trace.emit({ type: 'planned', plan, milliseconds: clock.now() - now });
    if (seen.engineChanged) {
      const withSteps = new Set<string>([...busy, ...plan.steps.map(({ target }) => target)]);
      this.#learner.engineChanged(desired, observed, withSteps);
    }
    this.#tell(desired, gates, plan, busy, now);
    const seenBeside = lookBeside(input, plan, this.#deps, this.#trace);

    const braked = this.#launch(plan, observed, gates, busy, now);
    const result = passResult(plan, this.inFlight.busy().size > 0, desired.complete);
    if (result === 'converged') this.#clocks.converged = now;
    if (seen.full) this.#clocks.fullDiff = now;
    this.#standing = { gates, plan, ...seenBeside };
    this.#publish(result, '');
    return { result, nextAt: braked ? now : wakeTime(plan, memory.current, now, this.#learner.wakeAt) };
  }

  #adopt(desired: DesiredState): void {
    if (this.#resourcesOf === desired) return;
    this.#resourcesOf = desired;
    this.#resources = new Map(desired.resources.map((resource) => [resource.key, resource]));
    if (desired.complete) this.#deps.memory.prune(new Set(this.#resources.keys()));
  }

  async #observe(
    desired: DesiredState,
  ): Promise<{ observed: Observed; full: boolean; engineChanged: boolean } | { retryIn: number }> {
    const { clock, observer } = this.#deps;
    const full = this.#fullDue;
    const started = clock.now();
    // Cleared before, so that a demand that comes meanwhile is kept.
    this.#fullDue = false;
    try {
      const { observed, calls, missed } = await observer.observe(desired, { full });
      const engineChanged = this.#link.version !== '' && this.#link.version !== observed.engine.version;
      this.#link.up(observed.engine.version);
      this.#observed = observed;
      this.#trace.emit({ type: 'observed', full, calls, milliseconds: clock.now() - started });
      for (const what of missed) this.#trace.emit({ type: 'event-missed', what });
      return { observed, full, engineChanged };
    } catch (error) {
      this.#fullDue = true;
      return { retryIn: this.#link.down(error, clock.random()) };
    }
  }

  #tell(desired: DesiredState, gates: GateFiles, plan: Plan, busy: ReadonlySet<Key>, now: number): void {
    const changes = this.#conditions.update(plan.conditions, now);
    for (const change of changes) this.#trace.emit({ type: 'condition-changed', ...change });
    for (const event of this.#drifts.update(desired, plan, busy, now)) this.#trace.emit(event);
    for (const event of this.#gates.update(desired, plan, { gates, memory: this.#deps.memory.current, now }))
      this.#trace.emit(event);
  }

  /** @returns whether a resource was stopped because its steps change nothing: to be planned again at once */
  #launch(plan: Plan, observed: Observed, gates: GateFiles, busy: ReadonlySet<Key>, now: number): boolean {
    this.#repetition.clean(plan.steps, busy);
    const touchedBy = touchedKeys(observed, this.#desired.last?.instance ?? '');
    const free = runnableSteps(plan.steps).filter(({ target }) => !busy.has(target));
    const runnable = separateSteps(free, touchedBy, busy);
    if (runnable.length === 0 || this.#halted) return false;
    const byTarget = new Map<Key, Step[]>();
    for (const step of runnable) {
      const siblings = byTarget.get(step.target);
      if (siblings === undefined) byTarget.set(step.target, [step]);
      else siblings.push(step);
    }
    const stuck = [...byTarget].filter(([key, steps]) => this.#repetition.isStuck(key, steps)).map(([key]) => key);
    for (const key of stuck) {
      const backoff = this.#deps.memory.current.backoffs[key];
      if (isBackingOff(backoff, now)) continue;
      const message =
        'the same steps succeed again and again and the object is never as wanted; see the fields in the plan';
      this.#learner.failed(key, this.#resources.get(key)?.attempt ?? '', { code: 'NOT_STICKING', message }, false);
    }
    const allowed =
      stuck.length === 0 ? runnable : runnableSteps(runnable.filter(({ target }) => !stuck.includes(target)));
    const consents = plan.consents.map(({ file }) => file).filter((file) => gates.open[file.replace(/\.ok$/, '')]);
    if (allowed.length > 0)
      this.inFlight.launch(allowed, (key) =>
        intentOf(this.#resources.get(key), byTarget.get(key) ?? [], touchedBy, consents),
      );
    return stuck.length > 0;
  }

  /** Why a step that was launched before must not start now; it is over then, and its resource is planned again. */
  #refusal(step: Step): string | undefined {
    const intent = this.inFlight.intentOf(step.target);
    const desired = this.#desired.last;
    if (intent === undefined || desired === undefined || this.#gateFiles === undefined) return undefined;
    const { clock, memory } = this.#deps;
    const because = startRefusal(step, intent, this.inFlight.isCommitted(step.target), {
      desired,
      gates: this.#gateFiles,
      memory: memory.current,
      conditions: this.#standing.plan?.conditions ?? [],
      now: clock.now(),
    });
    if (because !== undefined) this.inFlight.finished(step, { type: 'skipped', because });
    return because;
  }

  #stop(message: string, retryIn: number): PassEnd {
    this.#standing = { ...this.#standing, plan: undefined };
    this.#publish('stopped', message);
    return { result: 'stopped', nextAt: this.#deps.clock.now() + retryIn };
  }

  #publish(result: PassResult, stopped: string): void {
    this.view.publish({
      result,
      stopped,
      desired: this.#desired.last,
      ...this.#standing,
      running: [...this.inFlight.busy()].sort(),
      clocks: { ...this.#clocks, desiredRead: this.#desired.readAt, lastPass: this.#deps.clock.now() },
      engine: this.#link.status,
    });
  }
}
