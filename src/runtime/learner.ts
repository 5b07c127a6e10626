import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Baseline } from '../model/memory.ts';
import type { Key } from '../model/key.ts';
import type { OutcomeError } from '../model/outcome.ts';
import type { DesiredState, Resource } from '../model/resource.ts';
import type { Step } from '../model/step.ts';
import { nextBackoff } from './backoff.ts';
import { countReplacement } from './budget.ts';
import type { Clock } from './clock.ts';
import type { SettledFlight } from './in-flight.ts';
import type { MemoryStore } from './memory-store.ts';

const PROBATION_MILLISECONDS = 10_000;
/** What was started so often within an hour has to run for an hour to prove itself: a slow crash loop is one, too. */
const RESTLESS_STARTS = 5;
const HOUR_MILLISECONDS = 3_600_000;
const STARTING_OPERATIONS: ReadonlySet<string> = new Set(['StartContainer', 'RestartContainer']);

/** `plan/container/baseline.ts`. */
export type TakeBaseline = (
  resource: Resource<'Container'>,
  observed: Observed,
  ranSteps: readonly Step[],
  previous: Baseline | undefined,
  madeId: string | undefined,
) => Baseline | undefined;

/** Turns what became of steps, and what is seen after them, into memory for the planner. */
export class Learner {
  readonly #memory: MemoryStore;
  readonly #clock: Clock;
  readonly #takeBaseline: TakeBaseline;
  readonly #wasStopped: (container: ObservedContainer) => boolean;
  /** Containers that we started a moment ago; exiting now is a failure of the start. */
  readonly #probation = new Map<
    Key,
    { readonly attempt: string; readonly until: number; readonly milliseconds: number }
  >();
  /** Times of our starts within the last hour. */
  readonly #starts = new Map<Key, { readonly attempt: string; readonly at: readonly number[] }>();
  /** Steps that succeeded and whose result was not seen yet. */
  readonly #unseen = new Map<
    Key,
    { readonly specHash: string; readonly steps: readonly Step[]; readonly madeId: string | undefined }
  >();

  /** @param wasStopped whether a container that ended was stopped through the engine, and did not fall by itself */
  constructor(
    memory: MemoryStore,
    clock: Clock,
    takeBaseline: TakeBaseline,
    wasStopped: (container: ObservedContainer) => boolean,
  ) {
    this.#memory = memory;
    this.#clock = clock;
    this.#takeBaseline = takeBaseline;
    this.#wasStopped = wasStopped;
  }

  /** Milliseconds since the epoch at which a started container has proved itself; undefined: none is on probation. */
  get wakeAt(): number | undefined {
    return this.#probation.size === 0
      ? undefined
      : Math.min(...[...this.#probation.values()].map(({ until }) => until));
  }

  /** Books what became of steps under what they were planned for, which need not be what is wanted now. */
  settled(flight: SettledFlight): void {
    const { key, steps, outcomes } = flight;
    const { specHash, attempt } = flight.intent;
    for (const step of steps) {
      if (outcomes.get(step)?.type !== 'done') continue;
      if (step.op === 'CreateContainer' && step.args.owner.replaces !== undefined) {
        const before = this.#memory.current.replacements[key];
        this.#memory.set('replacements', key, countReplacement(before, attempt, this.#clock.now()));
      }
    }
    this.#unseen.delete(key);
    const failure = steps
      .map((step) => outcomes.get(step))
      .find((outcome) => outcome?.type === 'retry' || outcome?.type === 'terminal');
    if (failure?.type === 'retry' || failure?.type === 'terminal') {
      this.failed(key, attempt, failure.error, failure.type === 'terminal');
      return;
    }
    if (!steps.every((step) => outcomes.get(step)?.type === 'done')) return;
    if (key.startsWith('Container/') && specHash !== '')
      this.#unseen.set(key, { specHash, steps, madeId: madeIdOf(flight) });
    if (steps.some(({ op }) => STARTING_OPERATIONS.has(op))) {
      const milliseconds =
        this.#countStart(key, attempt) < RESTLESS_STARTS ? PROBATION_MILLISECONDS : HOUR_MILLISECONDS;
      this.#probation.set(key, { attempt, until: this.#clock.now() + milliseconds, milliseconds });
    } else if (!this.#probation.has(key)) this.#memory.set('backoffs', key, undefined);
  }

  /**
   * One more failure of a resource in a row.
   *
   * @param attempt what was tried (`Resource.attempt`); empty: the removal of what is not wanted any more
   */
  failed(key: Key, attempt: string, error: OutcomeError, terminal: boolean): void {
    const now = this.#clock.now();
    const random = this.#clock.random();
    const before = this.#memory.current.backoffs[key];
    this.#memory.set('backoffs', key, nextBackoff(before, { specHash: attempt, error, terminal, now, random }));
  }

  /** @param busy keys whose steps ran during the observation: what was seen of them may be older than the steps */
  observed(desired: DesiredState, observed: Observed, busy: ReadonlySet<Key>): void {
    if (this.#unseen.size === 0 && this.#probation.size === 0) return;
    const resources = new Map(desired.resources.map((resource) => [resource.key, resource]));
    for (const [key, { specHash, steps, madeId }] of this.#unseen) {
      if (busy.has(key)) continue;
      this.#unseen.delete(key);
      const resource = resources.get(key);
      if (resource?.kind === 'Container' && resource.hash === specHash)
        this.#remember(resource, observed, steps, madeId);
    }
    for (const [key, { attempt, until, milliseconds }] of this.#probation) {
      if (busy.has(key)) continue;
      const resource = resources.get(key);
      const latest = latestStarted(observed, key);
      if (resource?.attempt !== attempt) this.#probation.delete(key);
      else if (latest !== undefined && hasFallen(latest, resource, milliseconds)) {
        this.#probation.delete(key);
        if (!this.#wasStopped(latest)) this.failed(key, attempt, crashError(latest), false);
      } else if (this.#clock.now() >= until) {
        this.#probation.delete(key);
        this.#memory.set('backoffs', key, undefined);
      }
    }
  }

  /** @returns starts of the same spec within the last hour, this one included */
  #countStart(key: Key, attempt: string): number {
    const now = this.#clock.now();
    const before = this.#starts.get(key);
    const recent = before?.attempt === attempt ? before.at.filter((time) => time > now - HOUR_MILLISECONDS) : [];
    const at = [...recent.slice(1 - RESTLESS_STARTS), now];
    this.#starts.set(key, { attempt, at });
    return at.length;
  }

  /** Another engine version may show the same container otherwise: what is unchanged otherwise is taken as it is now. */
  engineChanged(desired: DesiredState, observed: Observed, withSteps: ReadonlySet<string>): void {
    for (const resource of desired.resources) {
      if (resource.kind !== 'Container' || withSteps.has(resource.key)) continue;
      const before = this.#memory.current.baselines[resource.key];
      if (before !== undefined && before.engineVersion !== observed.engine.version)
        this.#remember(resource, observed, [], undefined);
    }
  }

  #remember(
    resource: Resource<'Container'>,
    observed: Observed,
    steps: readonly Step[],
    madeId: string | undefined,
  ): void {
    const before = this.#memory.current.baselines[resource.key];
    this.#memory.set('baselines', resource.key, this.#takeBaseline(resource, observed, steps, before, madeId));
  }
}

/** A replaced container that we stopped is older than the one that we started. */
function latestStarted(observed: Observed, key: Key): ObservedContainer | undefined {
  const own = observed.containers.filter((container) => container.owner?.key === key);
  return own.sort((a, b) => b.startedAt - a.startedAt)[0];
}

function hasFallen(container: ObservedContainer, resource: Resource | undefined, probation: number): boolean {
  if (container.state !== 'exited' && container.state !== 'dead') return false;
  if (container.startedAt === 0 || container.finishedAt < container.startedAt) return false;
  const once = resource?.kind === 'Container' && resource.spec.runPolicy === 'once';
  return container.finishedAt - container.startedAt < probation && !once;
}

function crashError(container: ObservedContainer): OutcomeError {
  const seconds = ((container.finishedAt - container.startedAt) / 1000).toFixed(1);
  const detail = container.error === '' ? '' : `: ${container.error}`;
  return {
    code: 'CRASH_LOOP',
    message: `it exited with code ${container.exitCode} ${seconds} s after its start${detail}; see docker logs ${container.name}`,
  };
}

/** Id of the container that the steps made; undefined when they made none or found one. */
function madeIdOf({ steps, outcomes }: SettledFlight): string | undefined {
  for (const step of steps) {
    const outcome = outcomes.get(step);
    if (outcome?.type === 'done' && outcome.made !== undefined) return outcome.made;
  }
  return undefined;
}
