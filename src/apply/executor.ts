import type { Engine } from '../engine/port.ts';
import { createLimiter } from '../model/limiter.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Operation, Step } from '../model/step.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Remember, StepContext } from './context.ts';
import { outcomeOfError } from './outcome-of-error.ts';
import { STEPS } from './steps/index.ts';

export interface ExecutorOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly stateDirectory: string;
  /** Steps side by side, over all runs together; asked again for every step, since the desired state says it. */
  readonly concurrency: () => number;
  /** Asked right before a step starts: why it must not any more, or undefined. */
  readonly refusal?: (step: Step) => string | undefined;
  readonly trace: (event: TraceEvent) => void;
  readonly remember: Remember;
  /** Told of snapshots that a step deleted; default: nobody is. */
  readonly reportDeleted?: StepContext['reportDeleted'];
  readonly certificates: Pick<StepContext, 'files' | 'dial' | 'reportServed'>;
  /** Commit of the desired state, for the history. */
  readonly revision: () => string | undefined;
}

export interface Executor {
  /**
   * Runs steps in the order that their `after` demands, as many side by side as allowed. On a failure it starts nothing
   * that depends on it and lets the rest run to its end. Never throws.
   *
   * @param steps without blockers; an `after` that is not among them counts as failed
   * @returns an outcome for every step id
   */
  run(steps: readonly Step[]): Promise<ReadonlyMap<string, Outcome>>;
  /** From now on no step starts, and of those that run nothing is told: what they fail with is our own going. */
  close(): void;
}

/** What may take minutes and waits for others: it has places of its own, so that it cannot hold up healing. */
const SLOW: ReadonlySet<Operation> = new Set(['PullImage', 'BuildImage', 'CheckFile', 'VerifyLoaded']);
const SLOW_SIDE_BY_SIDE = 2;
/** What only waits and costs nothing: so many services that are dead hold up neither what is slow nor one another. */
const WAITING: ReadonlySet<Operation> = new Set(['VerifyServed']);
const WAITING_SIDE_BY_SIDE = 8;
/** What moves gigabytes: one at a time, in a place of its own, so that nothing else ever waits for it. */
const LONG: ReadonlySet<Operation> = new Set(['SnapshotPrometheus', 'CopyBackup', 'VerifyBackup', 'PruneBackups']);
const LONG_SIDE_BY_SIDE = 1;
const GOING: Outcome = { type: 'skipped', because: 'the operator stops' };

/** Makes the executor. It decides nothing: what to do, and in which order, is the plan's. */
export function createExecutor(options: ExecutorOptions): Executor {
  const quick = createLimiter(options.concurrency);
  const slow = createLimiter(SLOW_SIDE_BY_SIDE);
  const patient = createLimiter(WAITING_SIDE_BY_SIDE);
  const long = createLimiter(LONG_SIDE_BY_SIDE);
  const limitOf = (op: Operation): typeof quick =>
    SLOW.has(op) ? slow : WAITING.has(op) ? patient : LONG.has(op) ? long : quick;
  const activeChecks = new Set<string>();
  const { clock, trace } = options;
  let closed = false;

  async function execute(step: Step): Promise<Outcome> {
    if (closed) return GOING;
    const refusal = options.refusal?.(step);
    if (refusal !== undefined) return { type: 'skipped', because: refusal };
    const started = clock.now();
    trace({ at: started, type: 'step-started', step });
    const outcome = await attempt(step, {
      engine: options.engine,
      clock,
      stateDirectory: options.stateDirectory,
      remember: options.remember,
      ...options.certificates,
      reportDeleted: (key, snapshots) => options.reportDeleted?.(key, snapshots),
      target: step.target,
      activeChecks,
      progress: (text, amount) => {
        const at = clock.now();
        if (!closed) trace({ at, type: 'step-progress', step, text, ...(amount === undefined ? {} : { amount }) });
      },
    });
    if (closed) return GOING;
    const at = clock.now();
    trace({ at, type: 'step-finished', step, outcome, revision: options.revision(), milliseconds: at - started });
    return outcome;
  }

  async function run(steps: readonly Step[]): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    const waiting = new Set(steps);
    const known = new Map(steps.map((step) => [step.id, step]));
    const running = new Set<Promise<void>>();
    for (;;) {
      for (const step of waiting) {
        const failed = step.after.find((id) => !known.has(id) || (outcomes.get(id) ?? DONE).type !== 'done');
        if (failed !== undefined) {
          waiting.delete(step);
          outcomes.set(step.id, { type: 'skipped', because: because(failed, known.get(failed), outcomes.get(failed)) });
        } else if (step.after.every((id) => outcomes.has(id))) {
          waiting.delete(step);
          const task = limitOf(step.op)(() => execute(step)).then((outcome) => {
            outcomes.set(step.id, outcome);
            running.delete(task);
          });
          running.add(task);
        }
      }
      if (running.size > 0) await Promise.race(running);
      else if (!unblocked(waiting, outcomes, known)) break;
    }
    for (const step of waiting)
      outcomes.set(step.id, { type: 'skipped', because: 'the steps before it wait for each other' });
    return outcomes;
  }

  return {
    run,
    close() {
      closed = true;
    },
  };
}

const DONE: Outcome = { type: 'done' };

async function attempt<O extends Operation>(step: Step<O>, context: StepContext): Promise<Outcome> {
  try {
    const result = await STEPS[step.op](step.args, context);
    if (typeof result === 'string') return { type: 'done', made: result };
    return result === undefined ? DONE : { type: 'done', said: result.said };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Whether another walk over the waiting steps gets anywhere; if not, they wait for each other. */
function unblocked(
  waiting: ReadonlySet<Step>,
  outcomes: ReadonlyMap<string, Outcome>,
  known: ReadonlyMap<string, Step>,
): boolean {
  return [...waiting].some(
    (step) =>
      step.after.every((id) => outcomes.has(id)) ||
      step.after.some((id) => !known.has(id) || (outcomes.get(id) ?? DONE).type !== 'done'),
  );
}

function because(id: string, step: Step | undefined, outcome: Outcome | undefined): string {
  if (step === undefined || outcome === undefined) return `${id} is not part of this run`;
  const name = `${id} ${step.op} ${step.target}`;
  if (outcome.type === 'retry' || outcome.type === 'terminal') return `${name} failed: ${outcome.error.message}`;
  if (outcome.type === 'requeueAfter') return `${name} has to be looked at again: ${outcome.reason}`;
  // The first failure is what people need to know, not the chain behind it.
  return outcome.type === 'skipped' ? outcome.because : `${name} did not run`;
}
