import type { Level } from '../../model/levels.ts';
import type { Reading } from '../../model/observed-services.ts';
import type { PressureSpec } from '../../model/service-spec.ts';
import type { Ladder } from './ladder.ts';
import { runSince } from './run-since.ts';

/** A kill for want of memory is a reason to act for so long. */
const ALARM_MILLISECONDS = 3_600_000;

export interface LoopInput {
  /** Oldest first. */
  readonly readings: readonly Reading[];
  /** Where the loop stands; undefined: where it always stood, at 0. */
  readonly level: Level | undefined;
  readonly ladder: Ladder;
  readonly spec: Pick<PressureSpec, 'isEnabled' | 'raiseAfter' | 'lowerAfter' | 'dwell'>;
  /** Milliseconds since the epoch of what by itself is reason enough for a level up. */
  readonly alarms?: readonly number[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A level to go to, and why. */
export interface LevelChange {
  readonly level: number;
  readonly why:
    | { readonly type: 'high' | 'low'; readonly ratio: number; readonly milliseconds: number }
    /** Something was killed. */
    | { readonly type: 'alarm'; readonly milliseconds: number }
    | { readonly type: 'switched-off' }
    /** The manifest does not allow the present one any more. */
    | { readonly type: 'maximum' };
}

export interface LoopDecision {
  /** Absent: it stays. */
  readonly change?: LevelChange;
  /** Milliseconds since the epoch at which it changes if readings stay as they are; absent: it does not. */
  readonly at?: number;
}

/**
 * Where a closed loop goes from here: up when readings stayed high, down when they stayed low, each for its time, and
 * never twice within `dwell`. Between the two thresholds nothing changes, and without readings neither. A loop that is
 * switched off goes to 0 once and stays.
 */
export function nextLevel(input: LoopInput): LoopDecision {
  const { ladder, spec, now } = input;
  const level = input.level?.level ?? 0;
  if (!spec.isEnabled) return level === 0 ? {} : { change: { level: 0, why: { type: 'switched-off' } } };
  if (level > ladder.length) return { change: { level: ladder.length, why: { type: 'maximum' } } };
  const free = freeAt(input.level, spec.dwell, now);
  const moves = [alarmMove(input, level), upMove(input, level), downMove(input, level)];
  const first = moves.filter((move) => move !== undefined).sort((a, b) => a.at - b.at)[0];
  if (first === undefined) return {};
  const at = Math.max(free, first.at);
  return at <= now ? { change: first.change } : { at };
}

interface Move {
  /** Milliseconds since the epoch from which on it is due. */
  readonly at: number;
  readonly change: LevelChange;
}

function upMove({ readings, ladder, spec, now }: LoopInput, level: number): Move | undefined {
  const rung = ladder[level];
  const last = readings.at(-1);
  if (rung === undefined || last === undefined) return undefined;
  const since = runSince(readings, (ratio) => ratio >= rung.high, spec.raiseAfter, now);
  if (since === undefined) return undefined;
  let target = level + 1;
  for (let next = ladder[target]; next !== undefined; next = ladder[target]) {
    // Only what asks for more than the level before it can have been reached already.
    if (next.isLastResort === true || next.high <= rung.high) break;
    const { high } = next;
    const reached = runSince(readings, (ratio) => ratio >= high, spec.raiseAfter, now);
    if (reached === undefined || reached + spec.raiseAfter > now) break;
    target += 1;
  }
  const why = { type: 'high', ratio: last.ratio, milliseconds: now - since } as const;
  return { at: since + spec.raiseAfter, change: { level: target, why } };
}

function downMove({ readings, ladder, spec, now }: LoopInput, level: number): Move | undefined {
  const rung = ladder[level - 1];
  const last = readings.at(-1);
  if (rung === undefined || last === undefined) return undefined;
  const since = runSince(readings, (ratio) => ratio <= rung.low, spec.lowerAfter, now);
  if (since === undefined) return undefined;
  const why = { type: 'low', ratio: last.ratio, milliseconds: now - since } as const;
  return { at: since + spec.lowerAfter, change: { level: level - 1, why } };
}

function alarmMove({ alarms = [], level: before, ladder, now }: LoopInput, level: number): Move | undefined {
  if (ladder[level] === undefined) return undefined;
  const last = Math.max(...alarms.filter((at) => at <= now));
  // A change that lies ahead is of a clock that was set back since: it does not tell what was heard before it.
  const heard = before === undefined || before.since > now ? 0 : before.since;
  const isNews = last > heard && now - last < ALARM_MILLISECONDS;
  if (!isNews) return undefined;
  return { at: last, change: { level: level + 1, why: { type: 'alarm', milliseconds: now - last } } };
}

/** A last change that lies further ahead than it could keep us waiting is of a clock that was set back since. */
function freeAt(level: Level | undefined, dwell: number, now: number): number {
  return level === undefined || level.since - now > dwell ? now : level.since + dwell;
}
