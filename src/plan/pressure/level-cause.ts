import { formatDuration } from '../../model/format-change.ts';
import type { LevelChange } from './next-level.ts';

/** What fills up. */
export interface Filling {
  /** `memory`, `disk`. */
  readonly what: string;
  /** Bytes; undefined: not known. */
  readonly total: number | undefined;
}

/** Why a level changes, for people: `memory at 91 % of 512 MiB for 2 min`. */
export function levelCause({ why }: LevelChange, { what, total }: Filling): string {
  switch (why.type) {
    case 'high':
    case 'low': {
      const whole = total === undefined ? '' : ` of ${size(total)}`;
      return `${what} at ${Math.round(why.ratio * 100)} %${whole} for ${formatDuration(why.milliseconds)}`;
    }
    case 'alarm':
      return `killed for want of ${what} ${formatDuration(why.milliseconds)} ago${total === undefined ? '' : `, limit ${size(total)}`}`;
    case 'switched-off':
      return `the ${what} loop is switched off in the manifest`;
    case 'maximum':
      return `the manifest allows no higher level of the ${what} loop`;
  }
}

/** Bytes with the largest fitting binary unit: `512 MiB`, `1.5 GiB`. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? 'B'}`;
}
