import type { Memory } from '../model/memory.ts';

const WINDOW_MILLISECONDS = 60 * 60_000;

/** Replacements of one resource for one spec. */
export type Replacements = NonNullable<Memory['replacements'][keyof Memory['replacements']]>;

/**
 * Counts one more replacement; times of another spec and older than an hour are forgotten. The planner stops a resource
 * whose count is used up (`Stalled(ReplaceLoop)`).
 */
export function countReplacement(previous: Replacements | undefined, specHash: string, now: number): Replacements {
  const before =
    previous?.specHash === specHash ? previous.at.filter((at) => Math.abs(now - at) < WINDOW_MILLISECONDS) : [];
  return { specHash, at: [...before, now] };
}
