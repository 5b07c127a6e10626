import { measureIdleMemory, reportIdleMemory, type IdleMemory } from './idle-memory.ts';
import { measureNoOpPasses, reportNoOpPasses, type NoOpCosts } from './no-op-pass.ts';
import { InProcess } from './support/in-process.ts';
import type { Part } from './support/report.ts';
import type { World } from './support/world.ts';
import { measurePlans, reportPlans, type PlanCosts } from './whole-process.ts';

export const SIZES: readonly number[] = [10, 100, 500];
const PLAN_SIZES = [10, 100];
const IDLE_SIZES = [10, 500];

/** What of (a), (d) and (e) to measure; they share their containers, since 500 take a while to make. */
export interface ScaleOptions {
  readonly wanted: ReadonlySet<string>;
  readonly quick: boolean;
  /** Some of SIZES, ascending. */
  readonly sizes: readonly number[];
  readonly log: (line: string) => void;
}

/** (a), (d) and (e) on one world that grows. */
export async function benchScale(world: World, { wanted, quick, sizes, log }: ScaleOptions): Promise<readonly Part[]> {
  const passes: NoOpCosts[] = [];
  const plans: PlanCosts[] = [];
  const idle: IdleMemory[] = [];
  for (const size of sizes) {
    const pass = wanted.has('a');
    const plan = wanted.has('d') && PLAN_SIZES.includes(size);
    const memory = wanted.has('e') && IDLE_SIZES.includes(size);
    if (!pass && !plan && !memory) continue;
    log(`converging ${size} containers`);
    await converge(world, size);
    if (pass) {
      log(`(a) no-op passes over ${size} containers`);
      passes.push(await measureNoOpPasses(world, size, quick ? 10 : 60));
    }
    if (plan) {
      log(`(d) whole processes over ${size} containers`);
      plans.push(await measurePlans(world, size, quick ? 3 : 11));
    }
    if (memory) {
      log(`(e) idle memory with ${size} containers`);
      idle.push(await measureIdleMemory(world, size, quick ? 1 : 2, quick ? 5 : 60));
    }
  }
  await world.clear();
  return [
    ...(passes.length > 0 ? [reportNoOpPasses(passes)] : []),
    ...(plans.length > 0 ? [reportPlans(plans)] : []),
    ...(idle.length > 0 ? [reportIdleMemory(idle)] : []),
  ];
}

async function converge(world: World, size: number): Promise<void> {
  world.want(size);
  const operator = await InProcess.open(world);
  try {
    await operator.converge();
  } finally {
    await operator.operator.close();
  }
}
