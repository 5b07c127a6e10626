import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryLine } from '../src/status/history.ts';
import type { ImageAvailability } from '../test/images/ensure-images.ts';
import { Background } from './support/background.ts';
import { LoadedConfig } from './support/loaded-config.ts';
import { pause } from './support/pause.ts';
import { ReloadByHand } from './support/reload-by-hand.ts';
import { ReloadWorld } from './support/reload-world.ts';
import type { Part } from './support/report.ts';
import { median, percentile, ratio, shown } from './support/statistics.ts';
import type { World } from './support/world.ts';

const SETTLE_MILLISECONDS = 1_500;
const GOAL = 1.5;
/** The line that is changed: the one or the other. */
const INTERVALS = ['30s', '31s'] as const;

/** Milliseconds of one round. */
interface Round {
  /** `git checkout` of the commit, which is what ends a push. */
  readonly git: number;
  /** From the end of that until Prometheus says that it has the configuration. */
  readonly whole: number;
  /** By hand: what checks it, each command in a container, from creating the first until the last is removed. */
  readonly check: number;
  /** By hand: the file and the signal, until Prometheus says that it has the configuration. */
  readonly reload: number;
}

/** (j) From a changed line in git to the loaded configuration; in turns with the parts of it that are not ours, by hand. */
export async function benchReload(world: World, prometheus: ImageAvailability, rounds: number): Promise<Part> {
  const made = await ReloadWorld.make(world, prometheus, INTERVALS);
  const operator = new Background(world);
  const closing: LoadedConfig[] = [];
  const open = (address: string): LoadedConfig => {
    const loaded = new LoadedConfig(address, made.host, made.identity);
    closing.push(loaded);
    return loaded;
  };
  const found: Round[] = [];
  try {
    await operator.converged();
    const loaded = open(await made.address());
    const byHand = new ReloadByHand(world);
    const copy = open(await byHand.start(made.name, made.directory('config'), made.directory('data')));
    await copy.holds('scrape_interval');
    for (let round = -1; round < rounds; round++) {
      const interval = INTERVALS[(round + 1) % 2] ?? '30s';
      const text = `scrape_interval: ${interval}`;
      await pause(SETTLE_MILLISECONDS);
      const started = performance.now();
      await made.checkOut(interval);
      const changed = performance.now();
      await loaded.holds(text);
      const whole = performance.now() - changed;
      await pause(SETTLE_MILLISECONDS);
      operator.pause();
      try {
        const spec = await made.wanted();
        const check = await byHand.check(spec);
        const reload = await byHand.reload(spec, copy, text);
        // The first round warms up both.
        if (round >= 0) found.push({ git: changed - started, whole, check, reload });
      } finally {
        operator.resume();
      }
    }
  } finally {
    for (const loaded of closing) loaded.close();
    await operator.stop();
    await world.clear();
  }
  return report(found, stepsOf(world));
}

/** Milliseconds of each step that ran on the file whose line changed, by its name. */
function stepsOf(world: World): Record<string, number[]> {
  const history = readFileSync(join(world.settings.stateDirectory, 'history.jsonl'), 'utf8').trimEnd().split('\n');
  const steps: Record<string, number[]> = {};
  for (const line of history.map((text) => JSON.parse(text) as HistoryLine))
    if (line.target.endsWith('-config')) (steps[line.op] ??= []).push(line.milliseconds);
  return steps;
}

function report(rounds: readonly Round[], steps: Readonly<Record<string, readonly number[]>>): Part {
  const floors = rounds.map(({ check, reload }) => check + reload);
  const floor = median(floors);
  const whole = rounds.map((round) => round.whole);
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    shown(median(values)),
    shown(percentile(values, 0.95)),
    ratio(median(values), floor),
  ];
  const times = median(whole) / floor;
  const ours = 1 - floor / median(whole);
  const column = (name: 'git' | 'check' | 'reload'): number[] => rounds.map((round) => round[name]);
  return {
    tables: [
      {
        title: '(j) From a changed line in git to the loaded configuration',
        columns: ['what', 'median ms', 'p95 ms', 'of floor'],
        rows: [
          row('promtool and reload by hand (floor)', floors),
          row('of that: promtool in a container', column('check')),
          row('of that: SIGHUP until it is loaded', column('reload')),
          row('work tree changed -> loaded', whole),
          row('`git checkout` before that', column('git')),
          ...Object.entries(steps).map(([op, values]) => row(`step ${op}`, values)),
        ],
        notes: [
          `\`scrapeInterval\` of a Prometheus, ${rounds.length} rounds in turns. Loaded: Prometheus' own API shows the new value. Share that is ours: ${(100 * ours).toFixed(0)} %.`,
          'The floor is done through dockerode, with the same checks, to a Prometheus with the same settings, while the operator is stopped (SIGSTOP).',
          'Steps are as the history has them, of the same rounds and the ones that warmed up.',
        ],
      },
    ],
    verdicts: [
      {
        goal: `(j) a changed line in git is loaded in <= ${GOAL}x of promtool and reload alone`,
        measured: `${times.toFixed(2)}x, ${(100 * ours).toFixed(0)} % is ours`,
        reached: times <= GOAL,
      },
    ],
  };
}
