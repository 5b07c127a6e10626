import type { Field } from '../field.ts';

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
};

const DAY = 86_400e9;

/** Longer is a mistake, and nanoseconds of it are no longer exact. */
const LONGEST = 90;

/** A duration as Compose writes it (`1m30s`, `2.5s`) to nanoseconds; undefined after reporting what is wrong. */
export function readDuration(text: string, field: Field, longestDays = LONGEST): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g)];
  if (text === '0') return 0;
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text)
    return field.error('is not a duration: write numbers with units, such as 30s, 1m30s or 500ms');
  const total = parts.reduce((sum, part) => sum + Number(part[1]) * (NANOSECONDS[part[2] ?? ''] ?? 0), 0);
  if (total > longestDays * DAY) return field.error(`is longer than ${longestDays} days`);
  return Math.round(total);
}

/** A duration to whole milliseconds, at least one. */
export function readMilliseconds(text: string, field: Field, longestDays = LONGEST): number | undefined {
  const nanoseconds = readDuration(text, field, longestDays);
  if (nanoseconds === undefined) return undefined;
  return nanoseconds < 1e6 ? field.error('must be at least 1ms') : Math.round(nanoseconds / 1e6);
}

/** A duration to seconds; a fraction of one is refused because the engine keeps whole seconds. */
export function readWholeSeconds(text: string, field: Field): number | undefined {
  const nanoseconds = readDuration(text, field);
  if (nanoseconds === undefined) return undefined;
  return nanoseconds % 1e9 === 0
    ? nanoseconds / 1e9
    : field.error('must be whole seconds: the engine keeps no fractions');
}
