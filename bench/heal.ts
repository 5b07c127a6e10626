import type { Readable } from 'node:stream';
import { Background } from './support/background.ts';
import { pause } from './support/pause.ts';
import type { Part } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import type { World } from './support/world.ts';

const SIZE = 10;
const SETTLE_MILLISECONDS = 1_500;
const LATE_MILLISECONDS = 60_000;
const GOAL = 1.5;

interface Heal {
  /** Milliseconds of the engine's answer to the removal. */
  readonly removal: number;
  /** Milliseconds from that answer to running again. */
  readonly healing: number;
}

/** (b) `docker rm -f` of one of ten containers under a `bastion run`, and the same container made by raw calls, in turns. */
export async function benchHeal(world: World, rounds: number): Promise<Part> {
  world.want(SIZE);
  const operator = new Background(world);
  const heals: Heal[] = [];
  const floors: number[] = [];
  try {
    await operator.converged();
    await pause(SETTLE_MILLISECONDS);
    for (let round = -1; round < rounds; round++) {
      const heal = await healOnce(world, world.container(1 + ((round + SIZE) % SIZE)));
      await pause(SETTLE_MILLISECONDS);
      operator.pause();
      const floor = await makeOnce(world).finally(() => operator.resume());
      await pause(SETTLE_MILLISECONDS / 3);
      // The first round warms up both.
      if (round < 0) continue;
      heals.push(heal);
      floors.push(floor);
    }
  } finally {
    await operator.stop();
    await world.clear();
  }
  const floor = median(floors);
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    shown(median(values)),
    shown(percentile(values, 0.95)),
    ratio(median(values), floor),
  ];
  const healing = heals.map((heal) => heal.healing);
  const times = median(healing) / floor;
  return {
    tables: [
      {
        title: '(b) Healing one `docker rm -f`',
        columns: ['what', 'median ms', 'p95 ms', 'of floor'],
        rows: [
          row('raw create + start (floor)', floors),
          row('removal answered -> running again', healing),
          row(
            'removal asked for -> running again',
            heals.map(({ removal, healing: rest }) => removal + rest),
          ),
          row(
            'the removal itself',
            heals.map(({ removal }) => removal),
          ),
        ],
        notes: [
          `One of ${SIZE} running containers on one network, ${rounds} rounds. Running again: the start event has come and an inspect says \`State.Running\`.`,
          'The floor is made through dockerode on the same network while the operator is stopped (SIGSTOP), so that it has the engine for itself.',
        ],
      },
    ],
    verdicts: [
      {
        goal: `(b) healing one docker rm -f <= ${GOAL}x floor`,
        measured: `${times.toFixed(2)}x`,
        reached: times <= GOAL,
      },
    ],
  };
}

async function healOnce(world: World, name: string): Promise<Heal> {
  const stream = await world.docker.getEvents({
    filters: { type: ['container'], event: ['start'], container: [name] },
  });
  try {
    const started = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${name} was not healed`)), LATE_MILLISECONDS);
      stream.once('data', () => {
        clearTimeout(late);
        resolve();
      });
    });
    const asked = performance.now();
    await world.docker.getContainer(name).remove({ force: true });
    const answered = performance.now();
    await started;
    while (!(await world.docker.getContainer(name).inspect()).State.Running) await pause(1);
    return { removal: answered - asked, healing: performance.now() - answered };
  } finally {
    (stream as Readable).destroy();
  }
}

async function makeOnce(world: World): Promise<number> {
  const started = performance.now();
  const container = await world.docker.createContainer({ ...world.body(), name: `${world.name}-floor` });
  await container.start();
  const milliseconds = performance.now() - started;
  await container.remove({ force: true });
  return milliseconds;
}
