import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../model/key.ts';
import { createLimiter } from '../model/limiter.ts';
import type { ObservedService, ObservedServices } from '../model/observed-services.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { WantedService } from '../plan/service/wanted-services.ts';
import type { Clock } from './clock.ts';
import { serviceEssence } from './service-essence.ts';
import { messageOf } from './trace-bus.ts';

const SIDE_BY_SIDE = 4;
export const CHECK_INTERVAL_MILLISECONDS = 15_000;

/** Asks a service once, and puts what it says to what was known of it. Never waits for ever. */
export type LookAtService = (wanted: WantedService, previous: ObservedService | undefined) => Promise<ObservedService>;

export interface ServiceChecksOptions {
  readonly clock: Clock;
  readonly look: LookAtService;
  readonly trace: (event: TraceEvent) => void;
  /** A service says something else than before: time to plan again. */
  readonly onChange: () => void;
  /** Milliseconds from one look to the next. */
  readonly interval?: number;
}

interface Entry {
  wanted: WantedService;
  found?: ObservedService;
  essence?: string;
  /** The look whose answer counts; undefined: none is under way. */
  underWay?: symbol | undefined;
  cancel?: (() => void) | undefined;
}

/**
 * Knows what every service of the stack said when it was asked last, and asks beside the passes, each at its interval, so
 * that no pass waits for a service. Never rejects, and never asks after it was closed.
 */
export class ServiceChecks {
  readonly #options: ServiceChecksOptions;
  readonly #interval: number;
  readonly #limited = createLimiter(SIDE_BY_SIDE);
  readonly #entries = new Map<Key, Entry>();
  #current: ObservedServices = {};
  #isClosed = false;

  constructor(options: ServiceChecksOptions) {
    this.#options = options;
    this.#interval = options.interval ?? CHECK_INTERVAL_MILLISECONDS;
  }

  /** All that is to be asked from now on: what is new, moved or restarted at once, the rest in its turn. Others are forgotten. */
  want(services: readonly WantedService[]): void {
    if (this.#isClosed) return;
    const keys = new Set(services.map(({ key }) => key));
    for (const [key, entry] of this.#entries) if (!keys.has(key)) this.#forget(key, entry);
    for (const wanted of services) {
      const entry = this.#entries.get(wanted.key);
      if (entry === undefined) this.#add(wanted);
      else this.#adopt(entry, wanted);
    }
    this.#publish();
  }

  /** What was said last, by resource; the same object until a service is asked again. */
  current(): ObservedServices {
    return this.#current;
  }

  /** A step deleted snapshots: they are not to be planned for by what was seen before. */
  forgetSnapshots(key: Key, names: readonly string[]): void {
    const entry = this.#entries.get(key);
    if (entry?.found?.type !== 'prometheus' || entry.found.disk === undefined) return;
    const { disk } = entry.found;
    const snapshots = disk.snapshots.filter((name) => !names.includes(name));
    entry.found = { ...entry.found, disk: { ...disk, snapshots } };
    entry.essence = serviceEssence(entry.found, entry.wanted.thresholds);
    this.#publish();
  }

  /** From now on nothing is asked, and what answers still is not listened to. */
  close(): void {
    this.#isClosed = true;
    for (const [key, entry] of this.#entries) this.#forget(key, entry);
  }

  #add(wanted: WantedService): void {
    const entry = { wanted };
    this.#entries.set(wanted.key, entry);
    this.#check(entry);
  }

  #adopt(entry: Entry, wanted: WantedService): void {
    const before = entry.wanted;
    entry.wanted = wanted;
    // A loop that went a step further is no news of the service itself.
    if (entry.found !== undefined) entry.essence = serviceEssence(entry.found, wanted.thresholds);
    const isOther = !isDeepStrictEqual({ ...before, thresholds: undefined }, { ...wanted, thresholds: undefined });
    if (isOther) this.#check(entry);
  }

  #forget(key: Key, entry: Entry): void {
    entry.cancel?.();
    entry.underWay = undefined;
    this.#entries.delete(key);
  }

  #check(entry: Entry): void {
    entry.cancel?.();
    entry.cancel = undefined;
    const turn = Symbol(entry.wanted.key);
    entry.underWay = turn;
    void this.#limited(async () => {
      if (entry.underWay !== turn) return;
      const found = await this.#look(entry);
      if (entry.underWay !== turn) return;
      entry.underWay = undefined;
      entry.cancel = this.#options.clock.after(this.#interval, () => this.#check(entry));
      if (found !== undefined) this.#take(entry, found);
    });
  }

  /** Undefined when looking itself went wrong, which is a fault of ours. */
  async #look({ wanted, found }: Entry): Promise<ObservedService | undefined> {
    const { clock, look, trace } = this.#options;
    try {
      return await look(wanted, found);
    } catch (error) {
      trace({ type: 'fault', at: clock.now(), where: `look at ${wanted.key}`, message: messageOf(error) });
      return undefined;
    }
  }

  #take(entry: Entry, found: ObservedService): void {
    const { clock, trace, onChange } = this.#options;
    const { key, thresholds } = entry.wanted;
    const before = entry.essence;
    entry.found = found;
    entry.essence = serviceEssence(found, thresholds);
    this.#publish();
    trace({ type: 'service-checked', at: clock.now(), key, found });
    if (entry.essence !== before) onChange();
  }

  #publish(): void {
    const found: Partial<Record<Key, ObservedService>> = {};
    for (const [key, entry] of this.#entries) if (entry.found !== undefined) found[key] = entry.found;
    if (!isSame(this.#current, found)) this.#current = found;
  }
}

/** Whether both hold the identical answers: then the first is kept, since later stages tell "unchanged" by identity. */
function isSame(before: ObservedServices, after: ObservedServices): boolean {
  const keys = Object.keys(after) as Key[];
  return keys.length === Object.keys(before).length && keys.every((key) => before[key] === after[key]);
}
