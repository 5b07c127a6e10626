import { isDeepStrictEqual } from 'node:util';
import { dialTarget } from '../apply/dial-target.ts';
import type { Dial } from '../certs/dial.ts';
import type { CertificateFiles } from '../certs/files.ts';
import { withIdentity } from '../certs/with-identity.ts';
import type { EngineReader } from '../engine/port.ts';
import type { ServedTarget } from '../model/certificate-steps.ts';
import type { Key } from '../model/key.ts';
import { createLimiter } from '../model/limiter.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from './clock.ts';

const SIDE_BY_SIDE = 4;
const DEADLINE_MILLISECONDS = 5_000;
/** A service that starts is unreachable at first, and what refuses us may be mended: the next pass after this looks again. */
const AGAIN_MILLISECONDS = 30_000;

/** A consumer that is dialled, and the resource whose certificate it serves. */
export type WantedTarget = ServedTarget & { readonly key: Key };

export interface ServedChecksOptions {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly engine: EngineReader;
  readonly files: CertificateFiles;
  readonly trace: (event: TraceEvent) => void;
  /** Something else is served than before, or nothing any more: time to plan again. */
  readonly onChange: () => void;
}

interface Entry {
  target: WantedTarget;
  found?: ObservedServed;
  /** The dial whose answer counts; undefined: none is under way. */
  underWay?: symbol | undefined;
}

/**
 * Knows what every consumer served when it was dialled last, and dials beside the passes, so that none waits for a
 * service. Never rejects, and never dials after it was closed.
 */
export class ServedChecks {
  readonly #options: ServedChecksOptions;
  readonly #limited = createLimiter(SIDE_BY_SIDE);
  readonly #entries = new Map<string, Entry>();
  #current: Readonly<Record<string, ObservedServed>> = {};
  #isClosed = false;

  constructor(options: ServedChecksOptions) {
    this.#options = options;
  }

  /** All that is to be dialled from now on: what is new or moved at once, the rest by schedule. Others are forgotten. */
  want(targets: readonly WantedTarget[]): void {
    if (this.#isClosed) return;
    const ids = new Set(targets.map(({ id }) => id));
    for (const id of [...this.#entries.keys()]) if (!ids.has(id)) this.#entries.delete(id);
    for (const target of targets) {
      const entry = this.#entries.get(target.id);
      if (entry === undefined) this.#check(this.#add(target));
      else if (!isDeepStrictEqual(entry.target, target)) {
        entry.target = target;
        this.#check(entry);
      } else if (entry.underWay === undefined && this.#isDue(entry.found)) this.#check(entry);
    }
    this.#publish();
  }

  /** Dials all of them, those aside that are being dialled. */
  checkAll(): void {
    for (const entry of this.#entries.values()) if (entry.underWay === undefined) this.#check(entry);
  }

  /** What a step found when it dialled; it counts more than the answer to a dial that began before. */
  report(key: Key, target: ServedTarget, found: ObservedServed): void {
    if (this.#isClosed) return;
    const entry = this.#entries.get(target.id) ?? this.#add({ ...target, key });
    entry.underWay = undefined;
    this.#take(entry, found);
  }

  /** By `ServedTarget.id`; the same object until something is dialled again. */
  current(): Readonly<Record<string, ObservedServed>> {
    return this.#current;
  }

  /** From now on nothing is dialled, and what answers still is not listened to. */
  close(): void {
    this.#isClosed = true;
    this.#entries.clear();
  }

  #add(target: WantedTarget): Entry {
    const entry = { target };
    this.#entries.set(target.id, entry);
    return entry;
  }

  #isDue(found: ObservedServed | undefined): boolean {
    if (found === undefined) return true;
    const isBad = found.state === 'unreachable' || found.failure !== undefined;
    return isBad && this.#options.clock.now() - found.at >= AGAIN_MILLISECONDS;
  }

  #check(entry: Entry): void {
    const turn = Symbol(entry.target.id);
    entry.underWay = turn;
    const isWanted = (): boolean => entry.underWay === turn && this.#entries.get(entry.target.id) === entry;
    void this.#limited(async () => {
      if (!isWanted()) return;
      const found = await this.#dial(entry.target);
      if (!isWanted()) return;
      entry.underWay = undefined;
      this.#take(entry, found);
    });
  }

  /** Our own pair is read each time: it may be the one that was renewed, and no key is kept. */
  #dial(target: ServedTarget): Promise<ObservedServed> {
    return withIdentity(this.#options.files, target.identity, (identity) =>
      dialTarget(target, identity, this.#options, DEADLINE_MILLISECONDS),
    );
  }

  #take(entry: Entry, result: ObservedServed): void {
    const { clock, trace, onChange } = this.#options;
    const isNews = entry.found === undefined || essence(entry.found) !== essence(result);
    entry.found = result;
    this.#publish();
    const { key, consumer } = entry.target;
    trace({ type: 'served-checked', at: clock.now(), key, consumer, result });
    if (isNews) onChange();
  }

  #publish(): void {
    const found = Object.fromEntries(
      [...this.#entries].flatMap(([id, entry]) => (entry.found ? [[id, entry.found]] : [])),
    );
    if (!isDeepStrictEqual(found, this.#current)) this.#current = found;
  }
}

/** What people and planners care for: not when, and not in which words nothing answered. */
function essence(found: ObservedServed): string {
  return found.state === 'served' ? `served ${found.fingerprint} ${found.failure ?? ''}` : found.state;
}
