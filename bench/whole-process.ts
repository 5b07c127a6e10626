import type { Part, Table } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import { timedCommand, type Taken } from './support/timed-command.ts';
import type { World } from './support/world.ts';

/** What one size gave. */
export interface PlanCosts {
  readonly size: number;
  readonly plan: readonly Taken[];
  readonly compose: readonly Taken[];
}

/** (d) `bastion plan` and `docker-compose up -d` on no change, in turns. The world must be converged. */
export async function measurePlans(world: World, size: number, rounds: number): Promise<PlanCosts> {
  const env = world.environment;
  const { command, cwd } = world.compose;
  const runPlan = (): Promise<Taken> => timedCommand(world.command('plan'), { cwd, env });
  const runCompose = (): Promise<Taken> => timedCommand([...command, 'up', '-d'], { cwd, env });
  try {
    // Not timed. All hundred at once did not end within ten minutes, and with COMPOSE_PARALLEL_LIMIT it hangs.
    for (const batch of world.composeServices(8)) await timedCommand([...command, 'up', '-d', ...batch], { cwd, env });
    await runPlan();
    const plan: Taken[] = [];
    const compose: Taken[] = [];
    for (let round = 0; round < rounds; round++) {
      plan.push(await runPlan());
      const again = await runCompose();
      if (/\b(Creating|Recreating|Starting)\b/.test(again.output))
        throw new Error(`docker-compose found something to change:\n${again.output}`);
      compose.push(again);
    }
    return { size, plan, compose };
  } finally {
    await world.clearCompose();
  }
}

/** All sizes to a table and the goals. */
export function reportPlans(costs: readonly PlanCosts[]): Part {
  const walls = (taken: readonly Taken[]): number[] => taken.map(({ milliseconds }) => milliseconds);
  const peaks = (taken: readonly Taken[]): number[] => taken.map(({ peakMegabytes }) => peakMegabytes);
  const table: Table = {
    title: '(d) Whole process on no change',
    columns: ['containers, command', 'median ms', 'p95 ms', 'of compose', 'peak MB', 'of compose'],
    rows: costs.flatMap(({ size, plan, compose }) =>
      (['bastion plan', 'docker-compose up -d'] as const).map((name) => {
        const taken = name === 'bastion plan' ? plan : compose;
        return [
          `${size}, ${name}`,
          shown(median(walls(taken))),
          shown(percentile(walls(taken), 0.95)),
          ratio(median(walls(taken)), median(walls(compose))),
          shown(median(peaks(taken))),
          ratio(median(peaks(taken)), median(peaks(compose))),
        ];
      }),
    ),
    notes: [
      'The whole process from start to exit; peak is the largest resident set (getrusage, through `/usr/bin/time`).',
      'Both sets exist at once (twice as many containers as stated are on the engine), the commands take turns.',
    ],
  };
  const verdicts = costs.map(({ size, plan, compose }) => {
    const time = median(walls(plan)) / median(walls(compose));
    const memory = median(peaks(plan)) / median(peaks(compose));
    return {
      goal: `(d) plan at ${size} containers ahead of compose in time and memory`,
      measured: `${time.toFixed(2)}x time, ${memory.toFixed(2)}x memory`,
      reached: time < 1 && memory < 1,
    };
  });
  return { tables: [table], verdicts };
}
