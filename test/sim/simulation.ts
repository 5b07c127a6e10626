import type { EngineError } from '../../src/engine/errors.ts';
import type { GateFiles } from '../../src/model/gates.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/model/memory.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { PlanningInput } from '../../src/model/planning-input.ts';
import type { DesiredState } from '../../src/model/resource.ts';
import type { Step } from '../../src/model/step.ts';
import type { PassResult, TraceEvent } from '../../src/model/trace.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { PlanCache } from '../../src/plan/plan-cache.ts';
import { BAD_IMAGES, GOOD_IMAGES, JOB_IMAGE, PULLED_IMAGE } from '../support/arbitrary-desired.ts';
import type { Survival } from '../support/arbitrary-world.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { FakeDaemon } from '../support/fake-engine/daemon.ts';
import { desiredState } from '../support/planning.ts';
import { MutationOracle } from './mutation-oracle.ts';
import { SimulatedOperator } from './simulated-operator.ts';

/** Passes in a row for what earlier ones started; more would be a loop, which ends in other ways. */
const AGAIN = 12;
const COMMAND = { Cmd: ['app'] };

export interface Fault {
  skip: number;
  readonly phase: 'before' | 'after';
  readonly error: EngineError;
}

/**
 * A machine with its engine, its human and an operator that may die: what histories are played on. Every call that
 * reaches the engine and every plan is judged; the first thing that is wrong ends the history with its whole story.
 */
export class Simulation {
  readonly clock = new FakeClock();
  readonly daemon = new FakeDaemon({ clock: this.clock });
  readonly files = {
    gates: new Map<string, number>(),
    consents: new Map<string, readonly string[]>(),
    holds: new Set<string>(),
  };
  readonly story: string[] = [];
  desired: DesiredState = desiredState([], { complete: false });
  plan: Plan | undefined;
  fault: Fault | undefined;
  operator: SimulatedOperator | undefined;
  isDown = false;
  /** Calls of the present operator, and the one at which it dies. */
  calls = 0;
  crash: { at: number; readonly survival: Survival } | undefined;
  mutations = 0;
  protected readonly oracle = new MutationOracle(this.daemon, this.desired, this.files);
  protected readonly problems: string[] = [];
  #replacements: { key: string; hash: string; at: number }[] = [];
  #started = false;
  #memory: Memory = EMPTY_MEMORY;
  #cache = new PlanCache();
  #engine: FakeEngine | undefined;

  constructor() {
    for (const reference of GOOD_IMAGES) this.daemon.addImage(reference, COMMAND, { content: reference });
    const [exits, sick, broken] = BAD_IMAGES;
    const exit = { code: 3, afterMilliseconds: 500 };
    this.daemon.addImage(exits, COMMAND, { content: exits, behaviour: { exits: exit } });
    const unhealthy = { status: 'unhealthy', afterMilliseconds: 4_000 } as const;
    this.daemon.addImage(sick, COMMAND, { content: sick, behaviour: { health: [unhealthy] } });
    const startFails = { statusCode: 400, message: 'exec: "app": executable file not found in $PATH', exitCode: 127 };
    this.daemon.addImage(broken, COMMAND, { content: broken, behaviour: { startFails } });
    const job = { code: 0, afterMilliseconds: 2_000 };
    this.daemon.addImage(JOB_IMAGE, COMMAND, { content: JOB_IMAGE, behaviour: { exits: job } });
    this.daemon.offerImage(PULLED_IMAGE, COMMAND, { content: PULLED_IMAGE });
  }

  /** Passes of the operator, a new one when there is none, until one starts nothing; undefined when it died. */
  async pass(full = false): Promise<PassResult | undefined> {
    let result = await this.#passOnce(full);
    // As the controller does: what was started is looked at as soon as it is over.
    for (let again = 0; again < AGAIN && result !== undefined && this.#started; again++)
      result = await this.#passOnce(false);
    return result;
  }

  async #passOnce(full: boolean): Promise<PassResult | undefined> {
    this.#started = false;
    this.oracle.passBegins(this.desired, this.files, this.clock.now());
    this.operator ??= await this.#startOperator();
    const { operator } = this;
    if (this.#engine) this.#engine.down = this.isDown;
    let result: PassResult | undefined;
    try {
      result = await operator.pass(full);
    } catch (error) {
      this.problems.push(`the pass threw: ${error instanceof Error ? error.stack : String(error)}`);
    }
    if (!operator.alive) this.#bury(operator);
    else this.tell(`  = ${result}`);
    if (this.problems.length > 0) this.fail(this.problems.join('\n'));
    return result;
  }

  /** Ends the operator between two passes. */
  kill(survival: Survival): void {
    const { operator } = this;
    if (!operator) return;
    this.crash = { at: 0, survival };
    operator.kill();
    this.#bury(operator);
  }

  tell(line: string): void {
    this.story.push(line);
  }

  fail(problem: string): never {
    throw new Error(`${problem}\n--- story ---\n${this.story.join('\n')}`);
  }

  /** Ends all that could keep the test's process alive. */
  close(): void {
    this.operator?.kill();
    this.daemon.close();
  }

  get memory(): Memory {
    return this.operator?.memory ?? this.#memory;
  }

  async #startOperator(): Promise<SimulatedOperator> {
    const engine = new FakeEngine({
      daemon: this.daemon,
      faults: (call, phase, args) => this.onCall(call, phase, args),
    });
    this.#engine = engine;
    this.calls = 0;
    this.#cache = new PlanCache();
    this.#replacements = [];
    this.tell('* an operator starts');
    return SimulatedOperator.start({
      engine,
      clock: this.clock,
      memory: this.#memory,
      desired: () => this.desired,
      gates: () => this.gateFiles(),
      plan: (input) => this.#plan(input),
      trace: (event) => this.onTrace(event),
    });
  }

  #bury(operator: SimulatedOperator): void {
    const survival = this.crash?.survival ?? 'kept';
    this.#memory = survival === 'kept' ? operator.memory : survival === 'flushed' ? operator.durable : EMPTY_MEMORY;
    if (survival === 'lost') this.oracle.stateIsLost();
    this.crash = undefined;
    this.operator = undefined;
    this.tell(`* the operator died; its state directory: ${survival}`);
  }

  /** The operator dies now, in the middle of what it does. */
  protected strike(): void {
    this.operator?.kill();
  }

  protected gateFiles(): GateFiles {
    const open: Record<string, { name: string; modifiedAt: number }> = {};
    for (const [name, modifiedAt] of this.files.gates) open[name] = { name: `${name}.ok`, modifiedAt };
    for (const file of this.files.consents.keys()) open[file.replace(/\.ok$/, '')] = { name: file, modifiedAt: 0 };
    return { directory: '/etc/bastion/gates', open, refused: {}, holds: new Set(this.files.holds) };
  }

  protected onCall(method: string, phase: 'before' | 'after', args: readonly unknown[]): EngineError | undefined {
    const isMutation = !/^(list|inspect|ping|facts|logs|platforms|events|wait)/.test(method);
    if (phase === 'before') {
      this.calls += 1;
      if (isMutation) {
        this.mutations += 1;
        const problem = this.oracle.judge(method, args);
        if (problem !== undefined) this.problems.push(`${method}: ${problem}`);
      }
      // The daemon still carries out the call under way.
      if (this.crash && this.calls >= this.crash.at) {
        this.tell(`  ! dies during ${method} ${brief(args)}`);
        this.strike();
      }
    }
    const { fault } = this;
    if (!isMutation || fault?.phase !== phase) return undefined;
    if (fault.skip > 0) {
      fault.skip -= 1;
      return undefined;
    }
    this.fault = undefined;
    return fault.error;
  }

  protected onTrace(event: TraceEvent): void {
    if (event.type === 'step-started') {
      this.#started = true;
      this.#judgeStep(event.step);
    } else if (event.type === 'step-finished') {
      this.tell(
        `  ${event.step.id} ${event.step.op} ${event.step.target} (${event.step.cause}): ${JSON.stringify(event.outcome)}`,
      );
      if (event.outcome.type === 'done') this.#countReplacement(event.step);
    } else if (event.type === 'fault') this.problems.push(`fault in ${event.where}: ${event.message}`);
    else if (event.type === 'condition-changed' && event.condition.type !== 'Progressing')
      this.tell(
        `  ${event.condition.key} ${event.condition.type} ${event.condition.reason}: ${event.condition.message}`,
      );
  }

  #judgeStep(step: Step): void {
    if (step.blockedBy.length > 0)
      this.problems.push(`${step.id} ${step.op} ${step.target} ran although it is blocked`);
    const gates = this.oracle.closedGatesBefore(step.target);
    if (gates.length > 0) this.problems.push(`${step.id} ${step.op} ${step.target} ran behind ${gates.join(', ')}`);
  }

  #countReplacement(step: Step): void {
    if (step.op !== 'CreateContainer' || step.args.owner.replaces === undefined) return;
    const now = this.clock.now();
    const hash = step.args.owner.specHash;
    this.#replacements.push({ key: step.target, hash, at: now });
    const recent = this.#replacements.filter(
      (one) => one.key === step.target && one.hash === hash && one.at > now - 3_600_000,
    );
    if (recent.length > 3) this.problems.push(`${step.target} was replaced ${recent.length} times within an hour`);
  }

  /** Plans as the operator does, and holds the plan to what every plan promises. */
  #plan(input: PlanningInput): Plan {
    const plan = buildPlan(input, this.#cache);
    this.problems.push(...planProblems(input, plan));
    this.plan = plan;
    return plan;
  }
}

/** What is wrong with a plan as such: not a function of its input, or steps in an order that cannot be. */
export function planProblems(input: PlanningInput, plan: Plan): string[] {
  const problems: string[] = [];
  if (JSON.stringify(buildPlan(input)) !== JSON.stringify(plan)) problems.push('the plan differs without its cache');
  const before = new Map<string, Step>();
  for (const step of plan.steps) {
    for (const id of step.after) {
      const earlier = before.get(id);
      if (!earlier) problems.push(`${step.id} comes after ${id}, which is not before it`);
      else if (step.blockedBy.length === 0 && earlier.blockedBy.length > 0)
        problems.push(`${step.id} ${step.op} ${step.target} may run, but comes after ${id}, which may not`);
    }
    before.set(step.id, step);
  }
  for (const { key } of input.desired.resources)
    if (!plan.conditions.some((condition) => condition.key === key)) problems.push(`nothing is said of ${key}`);
  return problems;
}

function brief(args: readonly unknown[]): string {
  return args.map((argument) => (typeof argument === 'string' ? argument.slice(0, 20) : '')).join(' ');
}
