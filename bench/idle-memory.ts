import { Background } from './support/background.ts';
import { pause } from './support/pause.ts';
import type { Part, Table } from './support/report.ts';
import { median, shown } from './support/statistics.ts';
import type { World } from './support/world.ts';

const LIMIT = 90;

/** MB of one size, a number for each process that was started. */
export interface IdleMemory {
  readonly size: number;
  readonly seconds: number;
  readonly resident: readonly number[];
  readonly anonymous: readonly number[];
}

/** (e) Starts `bastion run`, lets it be, and looks at its memory. The world must be converged. */
export async function measureIdleMemory(
  world: World,
  size: number,
  runs: number,
  seconds: number,
): Promise<IdleMemory> {
  const resident: number[] = [];
  const anonymous: number[] = [];
  for (let run = 0; run < runs; run++) {
    const operator = new Background(world);
    try {
      await operator.converged();
      await pause(seconds * 1000);
      const memory = operator.memory();
      resident.push(memory.resident);
      anonymous.push(memory.anonymous);
    } finally {
      await operator.stop();
    }
  }
  return { size, seconds, resident, anonymous };
}

/** All sizes to a table and the goals. */
export function reportIdleMemory(found: readonly IdleMemory[]): Part {
  const table: Table = {
    title: '(e) Resident memory of `bastion run` when idle',
    columns: ['containers', 'VmRSS MB', 'RssAnon MB'],
    rows: found.map(({ size, resident, anonymous }) => [
      String(size),
      shown(median(resident)),
      shown(median(anonymous)),
    ]),
    notes: [
      `Medians of ${found[0]?.resident.length ?? 0} processes, ${found[0]?.seconds ?? 0} s after each converged.`,
    ],
  };
  const ten = found.find(({ size }) => size === 10);
  const most = found.find(({ size }) => size === 500);
  const verdicts: Part['verdicts'][number][] = [];
  if (ten !== undefined) {
    const resident = median(ten.resident);
    verdicts.push({
      goal: `(e) run idle at 10 containers <= ${LIMIT} MB`,
      measured: `${resident.toFixed(1)} MB`,
      reached: resident <= LIMIT,
    });
  }
  if (ten !== undefined && most !== undefined) {
    const growth = ((median(most.resident) - median(ten.resident)) * 1024) / (most.size - ten.size);
    verdicts.push({
      goal: '(e) growth per container stated',
      measured: `${growth.toFixed(1)} KB a container (10 to 500)`,
      reached: true,
    });
  }
  return { tables: [table], verdicts };
}
