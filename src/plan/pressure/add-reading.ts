import type { Reading } from '../../model/observed-services.ts';
import type { PressureSpec } from '../../model/service-spec.ts';

const MOST_READINGS = 480;
/** What a run needs besides its own time: the gap before it. */
const MARGIN_MILLISECONDS = 60_000;

/** Milliseconds back that the loops look. */
export function readingWindow({ raiseAfter, lowerAfter }: Pick<PressureSpec, 'raiseAfter' | 'lowerAfter'>): number {
  return Math.max(raiseAfter, lowerAfter) * 1.25 + MARGIN_MILLISECONDS;
}

/**
 * Readings with one more, oldest first: none older than the window, and for long windows fewer of them, so that there are
 * never more than about 500. What lies ahead of the new one is of a clock that was set back since, and goes.
 */
export function addReading(readings: readonly Reading[], reading: Reading, window: number): readonly Reading[] {
  const kept = readings.filter(({ at }) => at < reading.at && at >= reading.at - window);
  const [before, last] = kept.slice(-2);
  const isDense = before !== undefined && last !== undefined && last.at - before.at < window / MOST_READINGS;
  return [...(isDense ? kept.slice(0, -1) : kept), reading];
}
