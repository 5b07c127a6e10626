import type { LogFileSpec } from '../model/file-specs.ts';
import { formatBytes } from '../model/format-change.ts';
import type { Levels } from '../model/levels.ts';
import type { ObservedLog, RotatedLog } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import {
  degraded,
  draft,
  progressing,
  ready,
  resourcePlan,
  stalled,
  type ResourcePlan,
  type StepDraft,
} from './draft.ts';
import { isLater } from './is-later.ts';
import { runningContainer } from './running-container.ts';

/** Milliseconds after the signal within which the last lines may still go to the old file. */
const PATIENCE = 10_000;

/**
 * One LogFile and what is there to what is to be done about it. Rotated is by renaming: readers that follow the file
 * itself lose nothing, and until the container was told, it writes into the renamed file. Whether it was told is
 * remembered by the file's inode, so a crash between the two is recovered from what is there.
 */
export function planLogFile(resource: Resource<'LogFile'>, context: PlanContext): ResourcePlan {
  const { key } = resource;
  const { observed, memory, now } = context.input;
  const spec = underPressure(resource.spec, memory.levels);
  const log = observed.logs[spec.path];
  if (log === undefined || log.type === 'unreadable')
    return resourcePlan({ conditions: [degraded('Unreadable', `${spec.path}: ${log?.error ?? 'cannot be read'}`)] });
  if (log.type !== 'file' && log.type !== 'missing')
    return resourcePlan({ conditions: [stalled('NotAFile', `${spec.path} is a ${log.type}; name the file itself`)] });
  const writer = runningContainer(spec.container, context);
  const told = parseTold(memory.notified[key]);
  const newest = log.rotated.find(({ number }) => number === 1);
  const tell = (inode: string, cause: string): StepDraft[] =>
    writer === undefined
      ? []
      : [
          draft('SignalContainer', { container: writer.id, signal: spec.signal }, cause),
          draft('RecordNotified', { digest: `${inode}@${now}` }, cause),
        ];

  if (
    log.type === 'missing' &&
    writer !== undefined &&
    newest !== undefined &&
    !isLater(writer.startedAt, newest.modifiedAt, now)
  ) {
    if (told?.inode !== newest.inode)
      return withSteps(spec, [
        ...removal(spec, log.rotated, now),
        ...tell(newest.inode, 'rotated, and not opened anew'),
      ]);
    if (isLater(newest.modifiedAt, told.at + PATIENCE, now))
      return resourcePlan({
        conditions: [
          degraded(
            'NotReopened',
            `Container/${spec.container} got ${spec.signal} and goes on writing to ${spec.path}.1: ` +
              'name the signal after which it opens its log anew',
          ),
        ],
      });
  }
  // A container that is down does not write, and one that is paused would not hear the signal.
  if (log.size >= spec.maxSize && writer !== undefined) {
    const cause = `larger than ${formatBytes(spec.maxSize)}`;
    const after = shifted(log);
    const gone = tooMany(spec, after, now).map(({ inode }) => inode);
    return withSteps(spec, [
      ...remove(
        spec,
        log.rotated.filter(({ inode }) => gone.includes(inode)),
        cause,
      ),
      draft('RotateLog', { path: spec.path }, cause),
      ...tell(log.inode, cause),
    ]);
  }
  const steps = removal(spec, log.rotated, now);
  if (steps.length > 0) return withSteps(spec, steps);
  return resourcePlan({ conditions: [ready('Kept', `rotated at ${formatBytes(spec.maxSize)}`)] });
}

/** While a disk loop of the stack is at a level, only the newest rotated file stays: the container may still write to it. */
function underPressure(spec: LogFileSpec, levels: Levels): LogFileSpec {
  const isScarce = Object.values(levels).some((loops) => (loops?.disk?.level ?? 0) > 0);
  return isScarce ? { ...spec, keep: 1 } : spec;
}

function withSteps(spec: LogFileSpec, steps: readonly StepDraft[]): ResourcePlan {
  const isSignalled = steps.some(({ op }) => op === 'SignalContainer');
  return resourcePlan({
    steps,
    isUsable: true,
    alsoTouches: isSignalled ? [`Container/${spec.container}`] : [],
    conditions: [progressing('Rotating', steps[0]?.cause ?? '')],
  });
}

/** The rotated files as they are when the log itself has become the first. */
function shifted({ size, inode, rotated }: ObservedLog): RotatedLog[] {
  const numbers = new Set(rotated.map(({ number }) => number));
  let free = 1;
  while (numbers.has(free)) free += 1;
  const moved = rotated.map((each) => (each.number < free ? { ...each, number: each.number + 1 } : each));
  return [{ number: 1, size, inode, modifiedAt: Infinity }, ...moved];
}

function removal(spec: LogFileSpec, rotated: readonly RotatedLog[], now: number): StepDraft[] {
  return remove(spec, tooMany(spec, rotated, now), 'more than shall be kept');
}

function remove({ path }: LogFileSpec, doomed: readonly RotatedLog[], cause: string): StepDraft[] {
  const files = doomed.map(({ number, inode }) => ({ number, inode }));
  return files.length === 0 ? [] : [draft('RemoveRotatedLogs', { path, files }, cause)];
}

/** Those beyond the number, too old, or beyond the size of all; the newest is never too large. */
function tooMany({ keep, maxAge, maxSize }: LogFileSpec, rotated: readonly RotatedLog[], now: number): RotatedLog[] {
  let total = 0;
  return [...rotated]
    .sort((a, b) => a.number - b.number)
    .filter(({ number, size, modifiedAt }, position) => {
      const isOld = maxAge !== undefined && now - modifiedAt > maxAge;
      total += size;
      return number > keep || isOld || (position > 0 && total > keep * maxSize);
    });
}

function parseTold(record: string | undefined): { readonly inode: string; readonly at: number } | undefined {
  const [inode, at] = record?.split('@') ?? [];
  return inode === undefined || at === undefined ? undefined : { inode, at: Number(at) };
}
