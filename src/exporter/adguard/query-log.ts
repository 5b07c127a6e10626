import type { DnsEvent } from '../accounts/dns-event.ts';
import type { GiveWay } from '../right-of-way.ts';
import { hash } from '../hash.ts';
import { parseLogItem, type LogEntry } from './log-item.ts';
import { olderThan } from './older-than.ts';
import { SeenEntries } from './seen-entries.ts';

export interface PageRequest {
  readonly limit: number;
  /** Time of an entry exactly as AdGuard wrote it; only entries before it are wanted. */
  readonly olderThan?: string;
}

export interface QueryLogPage {
  /** Newest first. */
  readonly items: readonly unknown[];
  /** AdGuard's time in milliseconds; undefined: not told. */
  readonly serverTime: number | undefined;
}

/** Why entries may be missing from the counters. */
export const GAP_REASONS = ['page_limit', 'ties', 'cleared', 'clock'] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** Where reading goes on after a restart. */
export interface QueryLogState {
  /** Nanoseconds since the epoch, as text. */
  readonly watermark: string;
  readonly seen: readonly (readonly [id: number, microseconds: number])[];
}

export interface QueryLogOptions {
  readonly pageSize: number;
  readonly pagesAPoll: number;
  readonly pollSeconds: number;
  readonly fetch: (request: PageRequest) => Promise<QueryLogPage>;
  readonly onEvent: (event: DnsEvent) => void;
  readonly saved?: QueryLogState;
  readonly giveWay?: GiveWay;
}

const SECOND = 1_000_000_000n;
const MILLISECOND = 1_000_000n;
/** AdGuard's clock was set back when it is so far behind the newest entry. */
const SET_BACK = 10n * SECOND;
const AHEAD = 2n * SECOND;
const SAVED_ENTRIES = 2000;
/** Entries that are accounted before somebody who is served has a turn. */
const AT_ONCE = 100;

/**
 * Reads the query log from its newest entry back to where it was read before. While AdGuard writes its buffer to the file,
 * entries are for a moment in neither: what is a little older than the newest known entry is looked at again, and entries
 * are told apart by what they say. After AdGuard's clock was set back, times say nothing: until it has caught up, only the
 * newest page is read, and what was not on the page before is new.
 */
export class QueryLog {
  readonly #options: QueryLogOptions;
  readonly #overlap: bigint;
  #watermark: bigint | undefined;
  /** Entries up to here are accounted or given up. */
  #floor = 0n;
  /** What was there before the first poll is never accounted. */
  #base = 0n;
  #seen = new SeenEntries();
  /** Of these, how many were there when reading last came to its end: behind them, older ones may still be unread. */
  #settled = 0;
  /** Nothing that was read before was there at the last poll. */
  #vanished = false;
  #read = 0;
  #repeated = 0;
  #malformed = 0;
  /** What was no entry, at this poll and the one before: it is met again and again. */
  #refused: readonly [before: ReadonlySet<number>, now: Set<number>] = [new Set(), new Set()];
  readonly #gaps = new Map<GapReason, number>(GAP_REASONS.map((reason) => [reason, 0]));

  constructor(options: QueryLogOptions) {
    this.#options = options;
    this.#overlap = (5n + BigInt(options.pollSeconds)) * SECOND;
    if (options.saved === undefined) return;
    this.#watermark = BigInt(options.saved.watermark);
    this.#floor = this.#watermark - this.#overlap;
    this.#base = this.#floor;
    this.#seen = new SeenEntries(options.saved.seen);
    this.#settled = this.#seen.size;
    if (options.saved.seen.length < SAVED_ENTRIES) return;
    // Not all entries of the overlap were saved: only those that were can be told from new ones.
    const oldest = Math.min(...options.saved.seen.map(([, microseconds]) => microseconds));
    this.#floor = maximum(this.#floor, BigInt(Math.trunc(oldest)) * 1000n + 999n);
  }

  get counts(): { read: number; repeated: number; malformed: number; gaps: ReadonlyMap<GapReason, number> } {
    return { read: this.#read, repeated: this.#repeated, malformed: this.#malformed, gaps: this.#gaps };
  }

  /** Time of the newest accounted entry in nanoseconds; undefined: none yet. */
  get newest(): bigint | undefined {
    return this.#watermark === 0n ? undefined : this.#watermark;
  }

  get state(): QueryLogState | undefined {
    if (this.#watermark === undefined) return undefined;
    // Where not all can be saved, what is saved must say of nothing that is unread that it was read.
    const first = this.#seen.size >= SAVED_ENTRIES ? this.#settled : this.#seen.size;
    return { watermark: String(this.#watermark), seen: this.#seen.recent(SAVED_ENTRIES, first) };
  }

  /** Reads what is new. Rejects with what fetching rejects with; the next poll goes on without counting twice. */
  async poll(): Promise<void> {
    this.#refused = [this.#refused[1], new Set()];
    const { items, serverTime } = await this.#options.fetch({ limit: this.#options.pageSize });
    const entries = this.#entriesOf(items);
    const now = serverTime === undefined ? undefined : BigInt(serverTime) * MILLISECOND;
    if (this.#watermark === undefined) this.#begin(entries);
    else if (now !== undefined && this.#watermark - now > SET_BACK) this.#takeUnseen(entries, items.length, now);
    else await this.#walk(entries, items.length, this.#watermark);
  }

  /** No backfill: what is there at the very start belongs to the time before. */
  #begin(entries: readonly LogEntry[]): void {
    this.#watermark = newestOf(entries, 0n);
    this.#base = this.#watermark;
    this.#floor = this.#watermark - this.#overlap;
    for (const { id, time } of entries) this.#seen.add(id, time);
    this.#settled = this.#seen.size;
  }

  async #walk(first: readonly LogEntry[], firstLength: number, watermark: bigint): Promise<void> {
    const { pageSize, pagesAPoll, fetch } = this.#options;
    let request: PageRequest = { limit: pageSize };
    let entries = first;
    let length = firstLength;
    let newest = watermark;
    let met = false;
    for (let page = 1; ; page++) {
      newest = newestOf(entries, newest);
      // Oldest first: what is scored by the time between queries wants them in order.
      let taken = 0;
      for (const entry of [...entries].reverse()) {
        met = !this.#take(entry) || met;
        if (++taken % AT_ONCE === 0) await this.#options.giveWay?.();
      }
      const oldest = entries.at(-1);
      if (length < request.limit || oldest === undefined) {
        // The log ends here: that is right only when what was read last is still in it.
        if (!met && watermark > 0n && !this.#vanished) this.#gap('cleared');
        break;
      }
      if (oldest.time <= this.#floor || oldest.time < this.#base) break;
      if (page >= pagesAPoll) {
        // What is left out of the overlap was read before, as far as we know.
        if (oldest.time > watermark) this.#gap('page_limit');
        break;
      }
      const next = olderThan(entries, request);
      if (next.lost) this.#gap('ties');
      request = next.request;
      let answer = await fetch(request);
      // While AdGuard writes its buffer, or when entries are out of order there, it does not find the entry that is named.
      if (answer.items.length < request.limit) {
        const again = await fetch(next.again);
        if (again.items.length > answer.items.length) answer = again;
      }
      entries = this.#entriesOf(answer.items);
      length = answer.items.length;
    }
    this.#vanished = !met;
    this.#watermark = newest;
    this.#floor = this.#seen.forget(maximum(newest - this.#overlap, this.#floor), idsOf(first));
    this.#settled = this.#seen.size;
  }

  #takeUnseen(entries: readonly LogEntry[], length: number, now: bigint): void {
    const watermark = this.#watermark ?? 0n;
    const since = now - 4n * this.#overlap;
    if (length > 0 && length >= this.#options.pageSize && !entries.some(({ id }) => this.#seen.has(id)))
      this.#gap('clock');
    for (const entry of [...entries].reverse()) {
      if (this.#seen.has(entry.id)) this.#repeated++;
      else if (entry.time > watermark || (entry.time >= since && entry.time <= now + AHEAD)) this.#account(entry);
    }
    this.#watermark = newestOf(
      entries.filter(({ time }) => time > watermark),
      watermark,
    );
    this.#floor = this.#seen.forget(this.#floor, idsOf(entries));
    this.#settled = this.#seen.size;
  }

  /** Whether the entry was new. */
  #take(entry: LogEntry): boolean {
    if (entry.time <= this.#floor || entry.time < this.#base) return false;
    if (this.#seen.has(entry.id)) {
      this.#repeated++;
      return false;
    }
    this.#account(entry);
    return true;
  }

  #account(entry: LogEntry): void {
    this.#seen.add(entry.id, entry.time);
    this.#read++;
    this.#options.onEvent(entry.event);
  }

  #entriesOf(items: readonly unknown[]): LogEntry[] {
    const entries: LogEntry[] = [];
    for (const item of items) {
      const entry = parseLogItem(item);
      if (entry !== undefined) entries.push(entry);
      else this.#countMalformed(item);
    }
    return entries.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? 1 : -1));
  }

  #countMalformed(item: unknown): void {
    const id = hash(JSON.stringify(item)?.slice(0, 1000) ?? '');
    const [before, now] = this.#refused;
    if (!before.has(id) && !now.has(id)) this.#malformed++;
    now.add(id);
  }

  #gap(reason: GapReason): void {
    this.#gaps.set(reason, (this.#gaps.get(reason) ?? 0) + 1);
  }
}

function newestOf(entries: readonly LogEntry[], least: bigint): bigint {
  let newest = least;
  for (const { time } of entries) if (time > newest) newest = time;
  return newest;
}

function idsOf(entries: readonly LogEntry[]): Set<number> {
  return new Set(entries.map(({ id }) => id));
}

function maximum(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
