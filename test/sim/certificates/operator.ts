import { CertificateObserver } from '../../../src/observe/certificates.ts';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { STEPS } from '../../../src/apply/steps/index.ts';
import type { StepContext } from '../../../src/apply/context.ts';
import type { Key } from '../../../src/model/key.ts';
import type { Memory } from '../../../src/model/memory.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import type { Operation, Step } from '../../../src/model/step.ts';
import { realHostFiles, type HostFiles } from '../../../src/observe/host-files.ts';
import { PathObserver } from '../../../src/observe/paths.ts';
import { wantedPaths } from '../../../src/observe/wanted-paths.ts';
import { servedTargets } from '../../../src/plan/certificate/served-targets.ts';
import { runnableSteps } from '../../../src/runtime/components.ts';
import { Learner } from '../../../src/runtime/learner.ts';
import { MemoryStore } from '../../../src/runtime/memory-store.ts';
import { Repetition } from '../../../src/runtime/repetition.ts';
import { ServedChecks } from '../../../src/runtime/served-checks.ts';
import type { CrashingFiles } from '../../support/crashing-files.ts';
import { gateFiles, planningInput } from '../../support/planning.ts';
import type { Consumers } from './consumers.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** A directory that cannot be: the simulation decides what survives. */
const NO_DISK = '/dev/null/state';
/** Milliseconds that a step takes at least. */
const STEP_MILLISECONDS = 2;

export interface CertificateOperatorOptions {
  readonly clock: SimulatedClock;
  readonly consumers: Consumers;
  readonly memory: Memory;
  /** The file operations of today. */
  readonly files: () => CrashingFiles;
  readonly plan: (input: PlanningInput) => Plan;
  /** Told of every step that was tried. */
  readonly onStep: (step: Step, outcome: Outcome) => void;
}

export interface PassEnd {
  readonly plan: Plan;
  /** Something was done, or something else is served: look again. */
  readonly again: boolean;
}

/** One life of an operator that looks after certificates: the real parts, a step after the other. */
export class CertificateOperator {
  readonly problems: string[] = [];
  readonly #options: CertificateOperatorOptions;
  readonly #store: MemoryStore;
  readonly #learner: Learner;
  readonly #observer = new CertificateObserver({ now: soonSettled, files: datedFiles });
  readonly #paths = new PathObserver(soonSettled);
  readonly #repetition = new Repetition();
  readonly #served: ServedChecks;
  #isServedNew = false;

  private constructor(options: CertificateOperatorOptions, store: MemoryStore) {
    const { clock, consumers } = options;
    this.#options = options;
    this.#store = store;
    this.#learner = new Learner(
      store,
      clock,
      () => undefined,
      () => true,
    );
    this.#served = new ServedChecks({
      clock,
      dial: consumers.dial,
      engine: consumers.engine,
      files: options.files(),
      trace: () => undefined,
      onChange: () => (this.#isServedNew = true),
    });
  }

  static async start(options: CertificateOperatorOptions): Promise<CertificateOperator> {
    const still = { now: () => options.clock.now(), random: () => 0, after: () => () => undefined };
    const store = await MemoryStore.open(NO_DISK, { clock: still, onFault: () => undefined });
    store.update(() => options.memory);
    return new CertificateOperator(options, store);
  }

  get memory(): Memory {
    return this.#store.current;
  }

  /** `bastion certs renew`. */
  askRenewal(key: Key, fingerprint: string): void {
    this.#store.set('renewals', key, fingerprint);
  }

  /** The dials of the schedule. */
  async lookAtServed(): Promise<void> {
    this.#served.checkAll();
    await turns();
  }

  /** @returns undefined: it died */
  async pass(desired: DesiredState): Promise<PassEnd | undefined> {
    const { clock, consumers, plan: makePlan } = this.#options;
    const { paths, sealed } = wantedPaths(desired);
    const certificates = await this.#observer.observe(desired);
    const observedPaths = await this.#paths.observe(paths, sealed);
    const seen = {
      at: clock.now(),
      ...certificates,
      containers: consumers.observed(),
      paths: observedPaths,
      served: this.#served.current(),
    };
    const now = clock.now();
    const input = planningInput([], seen, { desired, memory: this.#store.current, gates: gateFiles(), now });
    this.#learner.observed(desired, input.observed, new Set());
    const fresh = { ...input, memory: this.#store.current };
    const plan = makePlan(fresh);
    this.#isServedNew = false;
    this.#served.want(servedTargets(fresh));
    await turns();
    const steps = runnableSteps(plan.steps);
    this.#repetition.clean(plan.steps, new Set());
    if (steps.length > 0 && /PRIVATE KEY-----\\n/.test(JSON.stringify(plan))) this.problems.push('a plan holds a key');
    if (!(await this.#run(steps, desired))) return undefined;
    return { plan, again: steps.length > 0 || this.#isServedNew };
  }

  async #run(steps: readonly Step[], desired: DesiredState): Promise<boolean> {
    const outcomes = new Map<Step, Outcome>();
    const done = new Set<string>();
    const byTarget = new Map<Key, Step[]>();
    for (const step of steps) byTarget.set(step.target, [...(byTarget.get(step.target) ?? []), step]);
    for (const [key, own] of byTarget)
      if (this.#repetition.isStuck(key, own))
        this.problems.push(`${key}: ${own.map(({ op, cause }) => `${op} (${cause})`).join(', ')} again and again`);
    for (const step of steps) {
      this.#options.clock.pass(STEP_MILLISECONDS);
      const outcome: Outcome = step.after.every((id) => done.has(id))
        ? await this.#attempt(step)
        : { type: 'skipped', because: 'one before it failed' };
      if (this.#options.files().isDead) return false;
      if (outcome.type === 'done') done.add(step.id);
      outcomes.set(step, outcome);
      this.#options.onStep(step, outcome);
    }
    const resources = new Map(desired.resources.map((resource) => [resource.key, resource]));
    for (const [key, own] of byTarget) {
      const { hash: specHash = '', attempt = '' } = resources.get(key) ?? {};
      const intent = { specHash, attempt, touches: [], consents: [] };
      this.#learner.settled({ key, intent, steps: own, outcomes });
      if (own.some((step) => outcomes.get(step)?.type !== 'done')) this.#repetition.forget(key);
    }
    return true;
  }

  async #attempt<O extends Operation>(step: Step<O>): Promise<Outcome> {
    const { clock, consumers, files } = this.#options;
    const context: StepContext = {
      engine: consumers.engine,
      clock,
      stateDirectory: NO_DISK,
      remember: {
        recordRollback: () => Promise.resolve(),
        recordNotified: async (key, digest) => this.#store.set('notified', key, digest),
        recordPatched: async (key, wrote) => this.#store.set('patched', key, wrote),
        recordLevel: () => Promise.reject(new Error('no loops here')),
        recordRemediation: () => Promise.reject(new Error('no loops here')),
      },
      reportDeleted: () => undefined,
      target: step.target,
      files: files(),
      dial: consumers.dial,
      reportServed: (key, target, found) => this.#served.report(key, target, found),
      activeChecks: new Set(),
      progress: () => undefined,
    };
    try {
      await STEPS[step.op](step.args, context);
      return { type: 'done' };
    } catch (error) {
      return outcomeOfError(error);
    }
  }
}

/** Nobody can set the time at which a link was exchanged: the simulation's is in the one that can be set. */
const datedFiles: HostFiles = {
  ...realHostFiles,
  async status(path, links) {
    const status = await realHostFiles.status(path, links);
    if (status !== undefined && path.endsWith('/..data')) status.ctimeMs = status.mtimeMs;
    return status;
  },
};

/** A day takes milliseconds here: what is older than a tick of the file system's clock may be remembered. */
function soonSettled(): number {
  return Date.now() + 85;
}

/** Lets dials that are under way come to their end. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
