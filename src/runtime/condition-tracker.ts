import { CONDITION_TYPES } from '../model/condition.ts';
import type { Condition, ConditionType } from '../model/condition.ts';
import type { Key } from '../model/key.ts';
import type { ConditionStatus } from '../model/status.ts';

/** Types that a retry under way interrupts, though nothing is well yet. */
const TROUBLES: ReadonlySet<ConditionType> = new Set(['Degraded', 'Stalled']);

interface Track {
  /** Undefined while it does not hold. */
  condition: Condition | undefined;
  since: number;
}

export interface ConditionChange {
  readonly condition: Condition;
  /** The same type before; else the one that it took the place of; undefined at first sight. */
  readonly previous: Condition | undefined;
}

/** Knows since when each condition of each resource holds, and what changed from pass to pass. */
export class ConditionTracker {
  readonly #tracks = new Map<Key, Map<ConditionType, Track>>();
  /** By key and `Type Reason`: since when there is this trouble, retries and all, since the resource was Ready last. */
  readonly #troubles = new Map<Key, Map<string, number>>();

  /** The conditions of a new plan to what changed with them. */
  update(conditions: readonly Condition[], now: number): ConditionChange[] {
    const changes: ConditionChange[] = [];
    const byKey = new Map<Key, Condition[]>();
    for (const condition of conditions) {
      const siblings = byKey.get(condition.key);
      if (siblings === undefined) byKey.set(condition.key, [condition]);
      else siblings.push(condition);
    }
    for (const key of this.#tracks.keys()) if (!byKey.has(key)) this.#tracks.delete(key);
    for (const key of this.#troubles.keys()) if (!byKey.has(key)) this.#troubles.delete(key);
    for (const [key, holding] of byKey) {
      this.#updateKey(key, holding, now, changes);
      this.#updateTroubles(key, holding, now);
    }
    return changes;
  }

  /** All five conditions of a resource. */
  statuses(key: Key, hash: string): ConditionStatus[] {
    const tracks = this.#tracks.get(key);
    return CONDITION_TYPES.map((type) => {
      const track = tracks?.get(type);
      const since = track?.since ?? 0;
      const reason = track?.condition?.reason ?? '';
      const first = this.#troubles.get(key)?.get(troubleName({ type, reason })) ?? since;
      return {
        type,
        status: track?.condition !== undefined,
        reason,
        message: track?.condition?.message ?? '',
        since,
        ...(first < since ? { firstSince: first } : {}),
        observedHash: track?.condition?.observedHash ?? hash,
      };
    });
  }

  #updateTroubles(key: Key, holding: readonly Condition[], now: number): void {
    const names = new Set(holding.filter(({ type }) => TROUBLES.has(type)).map(troubleName));
    const before = this.#troubles.get(key);
    if (before === undefined && names.size === 0) return;
    const isWell = holding.some(({ type }) => type === 'Ready');
    const kept = [...(before ?? [])].filter(([name]) => names.has(name) || !isWell);
    const after = new Map([...[...names].map((name) => [name, now] as const), ...kept]);
    if (after.size > 0) this.#troubles.set(key, after);
    else this.#troubles.delete(key);
  }

  #updateKey(key: Key, holding: readonly Condition[], now: number, changes: ConditionChange[]): void {
    const known = this.#tracks.get(key);
    const tracks = known ?? new Map<ConditionType, Track>(CONDITION_TYPES.map((type) => [type, newTrack(now)]));
    if (known === undefined) this.#tracks.set(key, tracks);
    let ended: Condition | undefined;
    for (const [type, track] of tracks) {
      if (track.condition === undefined || holding.some((condition) => condition.type === type)) continue;
      ended = track.condition;
      tracks.set(type, newTrack(now));
    }
    for (const condition of holding) {
      const track = tracks.get(condition.type);
      const before = track?.condition;
      if (before !== undefined && isSame(before, condition)) continue;
      changes.push({ condition, previous: before ?? ended });
      tracks.set(condition.type, { condition, since: before === undefined ? now : (track?.since ?? now) });
    }
  }
}

function newTrack(now: number): Track {
  return { condition: undefined, since: now };
}

function isSame(a: Condition, b: Condition): boolean {
  return a === b || (a.reason === b.reason && a.message === b.message && a.observedHash === b.observedHash);
}

function troubleName({ type, reason }: Pick<Condition, 'type' | 'reason'>): string {
  return `${type} ${reason}`;
}
