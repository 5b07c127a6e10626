import { InProcess, type PassCost } from './support/in-process.ts';
import { RawEngine } from './support/raw-engine.ts';
import type { Part, Table } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import type { World } from './support/world.ts';

const WARM_UP = 15;

/** What one size gave. */
export interface NoOpCosts {
  readonly size: number;
  /** Milliseconds. */
  readonly floor: { readonly wall: readonly number[]; readonly cpu: readonly number[] };
  readonly normal: readonly PassCost[];
  readonly full: readonly PassCost[];
}

/** (a) Passes of a converged operator in this process, interleaved with the floor. The world must be converged. */
export async function measureNoOpPasses(world: World, size: number, rounds: number): Promise<NoOpCosts> {
  const raw = new RawEngine(world.host);
  const operator = await InProcess.open(world);
  try {
    await operator.converge();
    for (let round = 0; round < WARM_UP; round++) {
      await raw.timeList();
      await operator.pass(round % 5 === 0);
    }
    const floor: { wall: number[]; cpu: number[] } = { wall: [], cpu: [] };
    const normal: PassCost[] = [];
    const full: PassCost[] = [];
    for (let round = 0; round < rounds; round++) {
      const first = await raw.timeList();
      normal.push(await operator.pass(false));
      const second = await raw.timeList();
      if (round % 2 === 0) full.push(await operator.pass(true));
      for (const { milliseconds, cpuMilliseconds } of [first, second]) {
        floor.wall.push(milliseconds);
        floor.cpu.push(cpuMilliseconds);
      }
    }
    return { size, floor, normal, full };
  } finally {
    await operator.operator.close();
    raw.close();
  }
}

/** All sizes to tables and the goals. */
export function reportNoOpPasses(costs: readonly NoOpCosts[]): Part {
  const row = (size: number, what: string, passes: readonly PassCost[], floor: number): string[] => {
    const of = (member: keyof PassCost): number => median(passes.map((pass) => pass[member]));
    const rest = median(passes.map(({ wall, observe, plan }) => wall - observe - plan));
    return [
      `${size}, ${what}`,
      ...[
        of('wall'),
        percentile(
          passes.map(({ wall }) => wall),
          0.95,
        ),
      ].map(shown),
      ratio(of('wall'), floor),
      ...[of('observe'), of('plan'), rest, of('cpu')].map(shown),
      String(of('calls')),
    ];
  };
  const rows = costs.flatMap(({ size, floor, normal, full }) => [
    [
      `${size}, floor`,
      ...[median(floor.wall), percentile(floor.wall, 0.95)].map(shown),
      '1.00x',
      ...['', '', ''],
      shown(median(floor.cpu)),
      '1',
    ],
    row(size, 'normal', normal, median(floor.wall)),
    row(size, 'full relist', full, median(floor.wall)),
  ]);
  const table: Table = {
    title: '(a) A no-op pass in the running operator',
    columns: ['containers, pass', 'median ms', 'p95 ms', 'of floor', 'observe', 'plan', 'rest', 'CPU ms', 'calls'],
    rows,
    notes: [
      'Floor: one `GET /containers/json?all=1` through node:http on a kept connection, body read and parsed.',
      'Normal: a pass as an event causes it. Full relist: every minute and on every reconnect, all containers are inspected again and the desired state is read again (in "rest").',
      'Passes and floors take turns in one process. CPU is of that process; the time until a pass begins (debounce 20 ms) is not in "median".',
      '"plan" includes all hashing: digest of the plan, gate witnesses, field comparison.',
    ],
  };
  return { tables: [table], verdicts: verdicts(costs) };
}

function verdicts(costs: readonly NoOpCosts[]): Part['verdicts'] {
  const wall = ({ normal }: NoOpCosts): number => median(normal.map((pass) => pass.wall));
  const at = (size: number): NoOpCosts | undefined => costs.find((cost) => cost.size === size);
  const hundred = at(100);
  const most = at(500);
  const result: Part['verdicts'][number][] = [];
  if (hundred !== undefined) {
    const times = wall(hundred) / median(hundred.floor.wall);
    const share = median(hundred.normal.map(({ plan, wall: whole }) => plan / whole));
    result.push({
      goal: '(a) no-op pass at 100 containers <= 3x floor',
      measured: `${times.toFixed(2)}x`,
      reached: times <= 3,
    });
    result.push({
      goal: '(a) planning and hashing a small part of it (<= 25 %)',
      measured: `${(share * 100).toFixed(0)} %`,
      reached: share <= 0.25,
    });
  }
  if (hundred !== undefined && most !== undefined) {
    const growth = wall(most) / wall(hundred);
    result.push({
      goal: '(a) cost grows linearly to 500: 500 costs <= 5x of 100, plus 20 %',
      measured: `${growth.toFixed(2)}x`,
      reached: growth <= 6,
    });
  }
  return result;
}
