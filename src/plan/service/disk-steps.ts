import type { Key } from '../../model/key.ts';
import type { Level } from '../../model/levels.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ObservedDisk } from '../../model/observed-services.ts';
import type { PlanContext } from '../context.ts';
import { draft, type StepDraft } from '../draft.ts';
import type { Ladder } from '../pressure/ladder.ts';
import type { LevelChange } from '../pressure/next-level.ts';

/** The samples of the last hours are worth most, and what is being put together now is among them. */
const KEPT_BLOCKS = 3;

export interface DiskInput {
  /** Of the Prometheus. */
  readonly name: string;
  /** Data directory. */
  readonly directory: string;
  /** Milliseconds between two rounds of dropping blocks. */
  readonly dwell: number;
  readonly disk: ObservedDisk;
  /** Running or not; undefined: there is none. */
  readonly container: ObservedContainer | undefined;
  /** Where the disk loop stands, and where it is about to go. */
  readonly level: Level | undefined;
  readonly change: LevelChange | undefined;
  readonly ladder: Ladder;
  readonly context: PlanContext;
}

export interface DiskSteps {
  readonly steps: readonly StepDraft[];
  readonly touches: readonly Key[];
  /** The last level is reached, the disk is full, and what could be dropped would not help. */
  readonly isSpent: boolean;
}

/**
 * What the disk loop deletes at its levels: from 1 on snapshots, as long as no backup makes or reads one; at the last one
 * the oldest blocks, for which Prometheus is stopped.
 */
export function diskSteps(input: DiskInput): DiskSteps {
  const snapshots = snapshotSteps(input);
  const { steps, isSpent } = blockSteps(input);
  const touches = steps.length === 0 || input.container?.owner === undefined ? [] : [input.container.owner.key];
  return { steps: [...snapshots, ...steps], touches, isSpent };
}

function snapshotSteps({ name, directory, disk, level, context }: DiskInput): StepDraft[] {
  const { snapshots } = disk;
  if (level === undefined || level.level < 1 || snapshots.length === 0 || isBackedUp(name, context)) return [];
  return [draft('DeleteSnapshots', { directory, names: snapshots }, `disk level ${level.level}: ${level.cause}`)];
}

/** Whether steps of a backup of this Prometheus run. */
function isBackedUp(name: string, { input }: PlanContext): boolean {
  return input.desired.resources.some(
    ({ kind, key, spec }) => kind === 'Backup' && spec.prometheus === name && input.busy.has(key),
  );
}

function blockSteps(input: DiskInput): { readonly steps: readonly StepDraft[]; readonly isSpent: boolean } {
  const { directory, disk, container, level, change, ladder } = input;
  const last = ladder.findIndex(({ isLastResort }) => isLastResort === true) + 1;
  const rung = ladder[last - 1];
  const next = change?.level ?? level?.level ?? 0;
  if (rung === undefined || next !== last || container === undefined || disk.total === 0) return NOTHING;
  const used = 1 - disk.available / disk.total;
  if (used < rung.high) return NOTHING;
  // Not for nothing: where something else fills the disk, the samples would all go and it would still be full.
  const droppable = disk.blocks.slice(0, -KEPT_BLOCKS).reduce((sum, { bytes }) => sum + bytes, 0);
  if (disk.available + droppable <= disk.total * (1 - rung.high)) return { steps: [], isSpent: true };
  const isEntered = change?.level === last;
  if (!isEntered && !(level !== undefined && isRoundDue(input, container, level))) return NOTHING;
  const cause = `disk level ${last}: ${Math.round(used * 100)} % used`;
  // Recorded anew, a further round waits for the dwell, too.
  const again =
    isEntered || level === undefined || isUnfinished(input, container, level)
      ? []
      : [draft('RecordLevel', { loop: 'disk' as const, level: last, cause: level.cause }, cause)];
  const untilFree = Math.ceil(disk.total * (1 - rung.low));
  return {
    steps: [
      ...again,
      draft('StopContainer', { container: container.id }, cause),
      draft('DropOldestBlocks', { directory, keepNewest: KEPT_BLOCKS, untilFree }, cause),
      draft('StartContainer', { container: container.id }, cause),
    ],
    isSpent: false,
  };
}

const NOTHING = { steps: [], isSpent: false };

/**
 * The operator died in the middle: the container was not started since the level was recorded. A time that lies ahead is
 * of a clock that was set back since, and says nothing of that.
 */
function isUnfinished({ context }: DiskInput, container: ObservedContainer, { since }: Level): boolean {
  return since <= context.input.now && container.startedAt < since;
}

function isRoundDue(input: DiskInput, container: ObservedContainer, level: Level): boolean {
  if (isUnfinished(input, container, level)) return true;
  const { disk, dwell, context } = input;
  // What was measured before the last round ended says nothing of what it brought.
  if (disk.at <= container.startedAt) return false;
  const waited = context.input.now - level.since;
  return waited < 0 || waited >= dwell;
}
