import { createLimiter } from '../src/model/limiter.ts';
import { InProcess } from './support/in-process.ts';
import type { Part } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import { timedCommand } from './support/timed-command.ts';
import type { World } from './support/world.ts';

const SIZE = 20;
/** The operator's default. */
const CONCURRENCY = 4;
const GOAL = 1.2;

/** (c) 20 containers and a network from nothing, by each contestant in turn. */
export async function benchCold(world: World, rounds: number): Promise<Part> {
  world.want(SIZE);
  const { command, cwd } = world.compose;
  const env = world.environment;
  const contestants = {
    'raw calls, 4 at a time (floor)': () => timed(() => makeAll(world)),
    'operator in process': () => converge(world),
    'bastion apply, whole process': async () => (await timedCommand(world.command('apply'), { cwd, env })).milliseconds,
    'docker-compose up -d': async () => (await timedCommand([...command, 'up', '-d'], { cwd, env })).milliseconds,
  } as const;
  type Name = keyof typeof contestants;
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first in one round goes last in the next.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      if (name === undefined) continue;
      try {
        times.get(name)?.push(await contestants[name]());
        if (name !== 'docker-compose up -d') await assertRunning(world);
      } finally {
        await world.clear();
        world.forgetState();
      }
    }
  }
  const of = (name: Name): number => median(times.get(name) ?? []);
  const floor = of('raw calls, 4 at a time (floor)');
  const compose = of('docker-compose up -d');
  const inProcess = of('operator in process') / floor;
  const whole = of('bastion apply, whole process');
  return {
    tables: [
      {
        title: `(c) Cold convergence of ${SIZE} containers and a network`,
        columns: ['what', 'median ms', 'p95 ms', 'of floor', 'of compose'],
        rows: names.map((name) => [
          name,
          shown(of(name)),
          shown(percentile(times.get(name) ?? [], 0.95)),
          ratio(of(name), floor),
          ratio(of(name), compose),
        ]),
        notes: [
          `${rounds} rounds, the order rotates. Until every container runs and, for the operator, the plan is empty.`,
          'docker-compose starts all at once (its limit is 64 side by side); the others do 4 at a time.',
        ],
      },
    ],
    verdicts: [
      {
        goal: `(c) cold convergence <= ${GOAL}x floor`,
        measured: `${inProcess.toFixed(2)}x in process, ${(whole / floor).toFixed(2)}x as a whole process`,
        reached: inProcess <= GOAL,
      },
      {
        goal: '(c) bastion apply ahead of docker-compose up -d',
        measured: `${(whole / compose).toFixed(2)}x`,
        reached: whole < compose,
      },
    ],
  };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await task();
  return performance.now() - started;
}

async function makeAll(world: World): Promise<void> {
  const limit = createLimiter(CONCURRENCY);
  await world.docker.createNetwork(world.networkBody());
  const indexes = Array.from({ length: SIZE }, (_, index) => index + 1);
  await Promise.all(
    indexes.map((index) =>
      limit(async () => {
        const container = await world.docker.createContainer({ ...world.body(), name: world.container(index) });
        await container.start();
      }),
    ),
  );
}

async function converge(world: World): Promise<number> {
  const operator = await InProcess.open(world);
  try {
    return await timed(() => operator.converge());
  } finally {
    await operator.operator.close();
  }
}

async function assertRunning(world: World): Promise<void> {
  const running = await world.docker.listContainers({ filters: { network: [world.network] } });
  if (running.length !== SIZE) throw new Error(`${running.length} of ${SIZE} containers run`);
}
