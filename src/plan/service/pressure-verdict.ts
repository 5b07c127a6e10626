import type { Level } from '../../model/levels.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ObservedPrometheus } from '../../model/observed-services.ts';
import type { Resource } from '../../model/resource.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import type { StackKind } from '../../model/key.ts';
import type { PlanContext } from '../context.ts';
import { draft, type StepDraft } from '../draft.ts';
import { diskLadder, memoryLadder, type Ladder } from '../pressure/ladder.ts';
import { levelCause, size, type Filling } from '../pressure/level-cause.ts';
import { nextLevel, type LoopDecision } from '../pressure/next-level.ts';
import { diskSteps } from './disk-steps.ts';
import { together, trouble, verdict, type Verdict } from './verdict.ts';

type PrometheusSpec = Extract<ServiceSpec, { type: 'prometheus' }>;

/** What each level gives up, for people. */
const GIVEN_UP = {
  memory: ['', 'it scrapes less often', 'it also takes fewer samples', 'it also answers smaller queries only'],
  disk: [
    '',
    'snapshots and rotated logs are deleted',
    'samples are also kept for less long',
    'heavy targets are also not scraped',
    'the oldest samples were also given up',
  ],
} as const;
const REMEDIES = {
  memory: 'raise memoryLimit, or scrape less',
  disk: 'free space on that disk, or give it more',
} as const;

export interface PressureInput {
  readonly resource: Resource<StackKind>;
  readonly spec: PrometheusSpec;
  /** Undefined: nothing was measured. */
  readonly found: ObservedPrometheus | undefined;
  /** Running or not; undefined: there is none. */
  readonly container: ObservedContainer | undefined;
  readonly context: PlanContext;
}

/** The memory and the disk loop of a Prometheus: what they do next, and what they have given up so far. */
export function pressureVerdict(input: PressureInput): Verdict {
  const { resource, spec, found, container, context } = input;
  const { memory, now } = context.input;
  const levels = memory.levels[resource.key];
  const limit = found?.memory?.limit;
  const total = found?.disk?.total;
  const ladder = diskLadder(spec.diskPressure);
  const memoryNext = nextLevel({
    readings: found?.memoryReadings ?? [],
    level: levels?.memory,
    ladder: memoryLadder(spec.memoryPressure),
    spec: spec.memoryPressure,
    alarms: container?.outOfMemoryAt === undefined ? [] : [container.outOfMemoryAt],
    now,
  });
  const diskNext = nextLevel({
    readings: found?.diskReadings ?? [],
    level: levels?.disk,
    ladder,
    spec: spec.diskPressure,
    now,
  });
  return together([
    loopVerdict('memory', levels?.memory, memoryNext, { what: 'memory', total: limit }, found?.answer?.headSeries),
    loopVerdict('disk', levels?.disk, diskNext, { what: 'disk', total }),
    actsOnDisk(input, levels?.disk, diskNext, ladder),
  ]);
}

function loopVerdict(
  loop: 'memory' | 'disk',
  level: Level | undefined,
  { change, at }: LoopDecision,
  filling: Filling,
  headSeries?: number,
): Verdict {
  const got = level?.level ?? 0;
  const steps: StepDraft[] = [];
  if (change !== undefined) {
    const cause = levelCause(change, filling);
    const fields = change.level === got ? [] : [{ path: `pressure.${loop}`, want: change.level, got }];
    steps.push(draft('RecordLevel', { loop, level: change.level, cause }, cause, fields));
  }
  const moving = verdict({ steps, wakeAt: at });
  if (level === undefined || got === 0) return moving;
  const series = headSeries === undefined ? '' : `, ${headSeries} series`;
  const reason = loop === 'memory' ? 'MemoryPressure' : 'DiskPressure';
  const message = `${loop} level ${got} (${level.cause}${series}): ${GIVEN_UP[loop][got] ?? ''}; to end it, ${REMEDIES[loop]}`;
  return together([trouble(reason, message), moving]);
}

function actsOnDisk(
  { resource, spec, found, container, context }: PressureInput,
  level: Level | undefined,
  decision: LoopDecision,
  ladder: Ladder,
): Verdict {
  if (found?.disk === undefined || !spec.diskPressure.isEnabled) return verdict();
  const { steps, touches, isSpent } = diskSteps({
    name: resource.name,
    directory: spec.dataDirectory,
    dwell: spec.diskPressure.dwell,
    disk: found.disk,
    container,
    level,
    change: decision.change,
    ladder,
    context,
  });
  const { total, available } = found.disk;
  const spent = `the disk of ${size(total)} has ${size(available)} left, and dropping samples would not help: something else fills it`;
  return together([
    isSpent ? trouble('DiskFull', `${spent}: ${REMEDIES.disk}`) : verdict(),
    verdict({ steps, touches }),
  ]);
}
