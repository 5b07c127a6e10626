import type { NotificationKind } from '../model/notification.ts';
import type { Problem, Standing } from './problem.ts';

/** What a person was told of and was not told the end of. Survives a restart. */
export interface Told {
  readonly kind: NotificationKind;
  readonly stage: string;
  readonly rank: number;
  /** Milliseconds since the epoch at which it began. */
  readonly since: number;
  readonly subjects: readonly string[];
}

/** What the next decision needs to know of the last one. Times in milliseconds since the epoch. */
export interface NotifyState {
  /** By id of the problem. */
  readonly told: Readonly<Record<string, Told>>;
  /** Problems, or later stages of told ones, that are to be told: by id, since when. Survives a restart, too. */
  readonly rising: Readonly<Record<string, number>>;
  /** Told ones that are over: by id, since when. */
  readonly falling: Readonly<Record<string, number>>;
}

export const NOTHING_TOLD: NotifyState = { told: {}, rising: {}, falling: {} };

/** One thing to be told now. */
export type News =
  | { readonly type: 'problem'; readonly problem: Problem; readonly since: number }
  | { readonly type: 'recovered'; readonly id: string; readonly told: Told };

export interface Decision {
  readonly state: NotifyState;
  readonly news: readonly News[];
  /** When to decide again at the latest, milliseconds since the epoch; undefined: only when something changes. */
  readonly wakeAt: number | undefined;
}

/** Something that becomes true of what was told at a time; without news when nobody needs to hear of it. */
interface Due {
  readonly id: string;
  readonly at: number;
  readonly news: News | undefined;
}

/** For so long (ms) what is due waits for what is due soon, so that one cause makes one message. */
export const GATHER_MILLISECONDS = 5_000;

/** A human who opened a gate or consented knows it. */
const ENDS_SILENTLY: ReadonlySet<NotificationKind> = new Set(['halted', 'consent']);

/** Since when: as remembered, or now; a time that is still to come is of a clock that was set back. */
function begun(last: number | undefined, now: number): number {
  return last === undefined || last > now ? now : last;
}

/**
 * What to tell now. A problem is told once when it has stood for its time, and anew only with another stage that is no
 * less grave. Its end is told once when it has been well for `settle` (ms), and only if it was told itself. What is not
 * known (no engine, on hold, progressing) neither begins nor ends a problem, nor interrupts one that has begun. Pure.
 */
export function decide(before: NotifyState, standing: Standing, now: number, settle: number): Decision {
  const rising: Record<string, number> = {};
  const falling: Record<string, number> = {};
  const due: Due[] = [];
  for (const [id, problem] of standing.problems) {
    const known = before.told[id];
    if (known !== undefined && (known.stage === problem.stage || problem.rank < known.rank)) continue;
    const since = begun(before.rising[id], now);
    rising[id] = since;
    due.push({ id, at: since + problem.settle, news: { type: 'problem', problem, since } });
  }
  for (const [id, since] of Object.entries(before.rising))
    if (!standing.problems.has(id) && standing.without(id) === 'unknown') rising[id] = begun(since, now);
  for (const [id, told] of Object.entries(before.told)) {
    if (standing.problems.has(id)) continue;
    const state = standing.without(id);
    if (state === 'unknown') continue;
    const since = begun(before.falling[id], now);
    falling[id] = since;
    const isNews = state === 'well' && !ENDS_SILENTLY.has(told.kind);
    due.push({ id, at: since + settle, news: isNews ? { type: 'recovered', id, told } : undefined });
  }
  const { ready, wakeAt } = gather(due, now);
  return { ...settled({ told: before.told, rising, falling }, ready), wakeAt };
}

/** What is ready, once nothing else is due soon; else nothing, and when to look again. */
function gather(due: readonly Due[], now: number): { ready: readonly Due[]; wakeAt: number | undefined } {
  const ready = due.filter(({ at }) => at <= now);
  const later = due.filter(({ at }) => at > now).sort((a, b) => a.at - b.at);
  const first = Math.min(...ready.map(({ at }) => at));
  const next = later[0]?.at;
  if (ready.length > 0 && next !== undefined && next <= first + GATHER_MILLISECONDS) return { ready: [], wakeAt: next };
  return { ready, wakeAt: next };
}

function settled(state: NotifyState, ready: readonly Due[]): { state: NotifyState; news: News[] } {
  const told = { ...state.told };
  const rising = { ...state.rising };
  const falling = { ...state.falling };
  for (const { id, news } of ready) {
    delete rising[id];
    delete falling[id];
    if (news?.type === 'problem') {
      const { kind, stage, rank, subjects } = news.problem;
      told[id] = { kind, stage, rank, subjects, since: told[id]?.since ?? news.since };
    } else delete told[id];
  }
  return { state: { told, rising, falling }, news: ready.flatMap(({ news }) => news ?? []) };
}
