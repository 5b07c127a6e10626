import { isDeepStrictEqual } from 'node:util';
import { createLimiter } from '../model/limiter.ts';
import type { ObservedReadiness, ReadinessTarget } from '../model/readiness.ts';
import type { Clock } from './clock.ts';

const SIDE_BY_SIDE = 4;
/** Milliseconds until one that is not ready is asked again: somebody waits for it. */
const SOON = 1_000;
/** The same, once it was not ready for long. */
const LATER = 10_000;
const LONG = 300_000;
/** Milliseconds until one that is ready is asked again. */
const CALMLY = 15_000;
/** So many failures in a row of one that was ready count: a lost packet is no news. */
const FAILURES = 3;

/** One question to a container. Never rejects: undefined when it is ready, else what was found instead, for people. */
export type AskReadiness = (target: ReadinessTarget) => Promise<string | undefined>;

export interface ReadinessChecksOptions {
  readonly clock: Clock;
  readonly ask: AskReadiness;
  /** A container became ready, or is not any more: time to plan again. */
  readonly onChange: () => void;
}

interface Entry {
  target: ReadinessTarget;
  found?: ObservedReadiness;
  failures: number;
  /** Milliseconds since the epoch of the first question. */
  readonly since: number;
  cancel: () => void;
}

/** Knows which containers say that they are ready, and asks them beside the passes, so that none waits for an answer. */
export class ReadinessChecks {
  readonly #options: ReadinessChecksOptions;
  readonly #limited = createLimiter(SIDE_BY_SIDE);
  readonly #entries = new Map<string, Entry>();
  #current: Readonly<Record<string, ObservedReadiness>> = {};
  #isClosed = false;

  constructor(options: ReadinessChecksOptions) {
    this.#options = options;
  }

  /** All that are to be asked from now on: a new one at once, the others in their turn. Others are forgotten. */
  want(targets: readonly ReadinessTarget[]): void {
    if (this.#isClosed) return;
    const ids = new Set(targets.map(({ id }) => id));
    for (const [id, entry] of this.#entries)
      if (!ids.has(id)) {
        entry.cancel();
        this.#entries.delete(id);
      }
    for (const target of targets) {
      const entry = this.#entries.get(target.id);
      if (entry !== undefined) entry.target = target;
      else this.#begin(target);
    }
    this.#publish();
  }

  /** By `ReadinessTarget.id`; the same object until an answer differs. */
  current(): Readonly<Record<string, ObservedReadiness>> {
    return this.#current;
  }

  /** From now on nobody is asked, and what answers still is not listened to. */
  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#entries.values()) cancel();
    this.#entries.clear();
  }

  #begin(target: ReadinessTarget): void {
    const entry: Entry = { target, failures: 0, since: this.#options.clock.now(), cancel: () => undefined };
    this.#entries.set(target.id, entry);
    this.#ask(entry);
  }

  #ask(entry: Entry): void {
    const isWanted = (): boolean => this.#entries.get(entry.target.id) === entry;
    void this.#limited(async () => {
      if (!isWanted()) return;
      const message = await this.#options.ask(entry.target);
      if (isWanted()) this.#take(entry, message);
    });
  }

  #take(entry: Entry, message: string | undefined): void {
    const { clock, onChange } = this.#options;
    entry.failures = message === undefined ? 0 : entry.failures + 1;
    const wasReady = entry.found?.isReady;
    const isDoubtful = wasReady === true && message !== undefined && entry.failures < FAILURES;
    if (!isDoubtful) entry.found = { isReady: message === undefined, at: clock.now(), message: message ?? '' };
    const isLong = clock.now() - entry.since > LONG;
    const wait = message === undefined ? CALMLY : isLong && !isDoubtful ? LATER : SOON;
    entry.cancel = clock.after(wait, () => this.#ask(entry));
    this.#publish();
    if (wasReady !== entry.found?.isReady) onChange();
  }

  #publish(): void {
    const found = Object.fromEntries(
      [...this.#entries].flatMap(([id, { found: answer }]) => (answer === undefined ? [] : [[id, answer]])),
    );
    if (!isDeepStrictEqual(essence(found), essence(this.#current))) this.#current = found;
  }
}

/** What planners care for: not when. */
function essence(found: Readonly<Record<string, ObservedReadiness>>): unknown {
  return Object.entries(found).map(([id, { isReady, message }]) => [id, isReady, message]);
}
