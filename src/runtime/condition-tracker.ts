import { CONDITION_TYPES } from '../model/condition.ts';
import type { Condition, ConditionType } from '../model/condition.ts';
import type { Key } from '../model/key.ts';
import type { ConditionStatus } from '../model/status.ts';

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
    for (const [key, holding] of byKey) this.#updateKey(key, holding, now, changes);
    return changes;
  }

  /** All five conditions of a resource. */
  statuses(key: Key, hash: string): ConditionStatus[] {
    const tracks = this.#tracks.get(key);
    return CONDITION_TYPES.map((type) => {
      const track = tracks?.get(type);
      return {
        type,
        status: track?.condition !== undefined,
        reason: track?.condition?.reason ?? '',
        message: track?.condition?.message ?? '',
        since: track?.since ?? 0,
        observedHash: track?.condition?.observedHash ?? hash,
      };
    });
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
