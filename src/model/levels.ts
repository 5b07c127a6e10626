import type { Key } from './key.ts';

/** Closed loops whose present step changes what is rendered. */
export const LOOPS = ['memory', 'disk', 'address'] as const;
export type Loop = (typeof LOOPS)[number];

/** Where one loop of one resource stands. 0: as written in the manifest. */
export interface Level {
  readonly level: number;
  /** Milliseconds since the epoch of the last change. */
  readonly since: number;
  /** Why, for people. */
  readonly cause: string;
  /** `address` only: the address that stands in for the name. */
  readonly address?: string;
  /** `address` only: how often the name failed in a row, trials included; the next trial waits longer with each. */
  readonly failures?: number;
}

/** Levels by resource; what is not there is at 0. */
export type Levels = Readonly<Partial<Record<Key, Readonly<Partial<Record<Loop, Level>>>>>>;

/** The step that a loop of a resource is at. */
export function levelOf(levels: Levels, key: Key, loop: Loop): number {
  return levels[key]?.[loop]?.level ?? 0;
}
