import type { BigIntStats } from 'node:fs';

/** A file changed this recently may change again without a visible change of its times (clock ticks are ~10 ms). */
const SETTLED_MILLISECONDS = 100;

/** What is different whenever content, owner, mode or, of a directory, a name in it is. */
export function versionOf({ ino, size, mtimeNs, ctimeNs, nlink }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}:${ctimeNs}:${nlink}`;
}

/**
 * Whether a later change cannot look like this version.
 *
 * @param now milliseconds since the epoch
 */
export function isSettled(status: BigIntStats, now: number): boolean {
  return now - Number(status.ctimeMs) > SETTLED_MILLISECONDS;
}
