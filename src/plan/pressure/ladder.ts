import type { DiskPressureSpec, PressureSpec } from '../../model/service-spec.ts';

/** Between two levels. Shares in use, 0 to 1. */
export interface Rung {
  /** A level up when the reading stays at or above this. */
  readonly high: number;
  /** A level down when the reading stays at or below this; always less than `high`. */
  readonly low: number;
  /** Is only taken from the level right below, never skipped to. */
  readonly isLastResort?: boolean;
}

/** What lies between level 0 and 1, 1 and 2, and so on; its length is the highest level. */
export type Ladder = readonly Rung[];

const NARROWEST_BAND = 0.01;
const MEMORY_LEVELS = 3;
const DISK_LEVELS = 4;

/** Memory: the same thresholds at every level, since each of its levels should be enough. */
export function memoryLadder({ high, low, maximumLevel = MEMORY_LEVELS }: PressureSpec): Ladder {
  return Array.from({ length: Math.min(MEMORY_LEVELS, maximumLevel) }, () => rung(high, low));
}

/**
 * Disk: levels 1 and 2 begin at `high`, 3 at `critical`, 4 at `emergency`. Each goes down as far below where it begins as
 * `low` is below `high`: what is critical does not last until all is well again.
 */
export function diskLadder({ high, low, critical, emergency, maximumLevel = DISK_LEVELS }: DiskPressureSpec): Ladder {
  const band = high - low;
  const top = [high, high, Math.max(high, critical), Math.max(high, critical, emergency)];
  return top.slice(0, maximumLevel).map((begin, index) => ({
    ...rung(begin, begin - band),
    ...(index === DISK_LEVELS - 1 && { isLastResort: true }),
  }));
}

function rung(high: number, low: number): Rung {
  return { high, low: Math.min(low, high - NARROWEST_BAND) };
}
