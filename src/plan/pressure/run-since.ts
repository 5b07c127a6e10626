import type { Reading } from '../../model/observed-services.ts';

/** Between two readings of one run; about four times the time between two of them. */
const LONGEST_GAP_MILLISECONDS = 60_000;
/** Long runs are kept with fewer readings. */
const READINGS_PER_RUN = 20;

/**
 * Since when all readings up to now have been so, without a gap in which anything may have been. A clock that was set back
 * or forward makes a gap. Readings are oldest first.
 *
 * @param length milliseconds that the run is to have: the longer, the wider the gaps that are taken for none
 * @returns milliseconds since the epoch; undefined when the last reading is not so, or is too old to tell
 */
export function runSince(
  readings: readonly Reading[],
  isSo: (ratio: number) => boolean,
  length: number,
  now: number,
): number | undefined {
  // The last one must be recent all the same: nothing changes by what is not known now.
  let gap = LONGEST_GAP_MILLISECONDS;
  let since: number | undefined;
  let next = now;
  for (const { at, ratio } of readings.toReversed()) {
    if (at > next || next - at > gap || !isSo(ratio)) break;
    since = at;
    next = at;
    gap = Math.max(LONGEST_GAP_MILLISECONDS, length / READINGS_PER_RUN);
  }
  return since;
}
