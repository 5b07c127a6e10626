import type { LogEntry } from './log-item.ts';
import type { PageRequest } from './query-log.ts';

/** Entries may stand in the log a little out of the order of their times. */
const DISORDER = 50_000_000n;
const MOST_ENTRIES = 5000;

export interface NextPage {
  readonly request: PageRequest;
  /** The same from a little earlier, for when AdGuard does not find the entry that `request` names. */
  readonly again: PageRequest;
  /** The page cannot be longer and all its entries are of one time: others of this time are missed. */
  readonly lost: boolean;
}

/**
 * How to ask for the page after this one (newest first, not empty). AdGuard leaves out all entries of the time that it is
 * given, so the time is that of an entry a little before the end of the page: what the page's end cut off is then met
 * again. When that would be more than half a page, the page is asked for again, longer.
 */
export function olderThan(entries: readonly LogEntry[], last: PageRequest): NextPage {
  const oldest = entries.at(-1);
  if (oldest === undefined) return { request: last, again: last, lost: false };
  const apart = entries.findLastIndex(({ time }) => time >= oldest.time + DISORDER);
  const next = entries.findLastIndex(({ time }) => time > oldest.time);
  const at = (index: number): NextPage => {
    const before = (entry: LogEntry | undefined): PageRequest =>
      entry === undefined ? last : { limit: last.limit, olderThan: entry.timeText };
    const named = entries[index];
    const newer = entries.slice(0, index).findLast(({ time }) => named !== undefined && time > named.time);
    return { request: before(named), again: before(newer), lost: false };
  };
  for (const index of [apart, next]) if (index >= 0 && (entries.length - index) * 2 <= last.limit) return at(index);
  if (last.limit < MOST_ENTRIES) {
    const longer = { ...last, limit: Math.min(MOST_ENTRIES, last.limit * 2) };
    return { request: longer, again: longer, lost: false };
  }
  return next >= 0 ? at(next) : { ...at(entries.length - 1), lost: true };
}
