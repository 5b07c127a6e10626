import { isDeepStrictEqual } from 'node:util';

/** The value seen before where the new one says the same: planners memoise by identity. */
export function same<T>(before: T | undefined, after: T): T {
  return before !== undefined && isDeepStrictEqual(before, after) ? before : after;
}

/** The list seen before where the new one holds the same objects. */
export function sameList<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return before.length === after.length && after.every((item, index) => item === before[index]) ? before : after;
}

/** The record seen before where the new one holds the same objects under the same names. */
export function sameRecord<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  const names = Object.keys(after);
  const equal = names.length === Object.keys(before).length && names.every((name) => before[name] === after[name]);
  return equal ? before : after;
}
