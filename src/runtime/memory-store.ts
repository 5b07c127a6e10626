import { rename } from 'node:fs/promises';
import { isBackingOff } from '../model/backing-off.ts';
import type { Key } from '../model/key.ts';
import type { Level, Loop } from '../model/levels.ts';
import type { Memory, Patched } from '../model/memory.ts';
import type { Clock } from './clock.ts';
import { CONCERNS, loadMemory, saveConcern } from './memory-file.ts';
import type { Concern, LoadedMemory } from './memory-file.ts';
import { messageOf } from './trace-bus.ts';

const SAVE_DELAY_MILLISECONDS = 250;
/** A full disk is freed by people. */
const RETRY_MILLISECONDS = 10_000;

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Told of files that cannot be used or written; the operator goes on in memory. */
  readonly onFault: (where: string, message: string) => void;
}

/**
 * What is remembered across restarts. INVARIANTS: `current` is never changed in place; a concern is written only when it
 * changed; writes never overlap; a disk that refuses costs durability, never the loop, and is tried again until it takes
 * what there is; once closed nothing is taken or written any more, since the directory may be a successor's.
 */
export class MemoryStore {
  readonly #directory: string;
  readonly #options: MemoryStoreOptions;
  #current: Memory;
  #saved: Memory;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  /** Concerns that the disk refused last, and of which that was told. */
  readonly #refused = new Set<Concern>();
  #isOlder: boolean;
  /** The record of what was wanted is there. */
  #hasWanted = false;

  private constructor(directory: string, options: MemoryStoreOptions, { memory, isOlder }: LoadedMemory) {
    this.#directory = directory;
    this.#options = options;
    this.#current = memory;
    this.#saved = memory;
    this.#isOlder = isOlder;
  }

  /** Never throws: a corrupt file is renamed aside, told, and counts as empty. */
  static async open(stateDirectory: string, options: MemoryStoreOptions): Promise<MemoryStore> {
    const loaded = await loadMemory(stateDirectory);
    for (const { path, message } of loaded.problems) {
      const aside = `${path}.corrupt-${options.clock.now()}`;
      const kept = await rename(path, aside).then(
        () => `kept as ${aside}`,
        (error: unknown) => `and it could not be renamed: ${messageOf(error)}`,
      );
      options.onFault(
        'memory',
        `${path} cannot be used (${message}); ${kept}; what it held is forgotten, no service is touched`,
      );
    }
    return new MemoryStore(stateDirectory, options, loaded);
  }

  get current(): Memory {
    return this.#current;
  }

  /** Nothing was recorded as wanted yet, in a directory where an operator worked that kept no such record. */
  get isOlder(): boolean {
    return this.#isOlder;
  }

  /** Exchanges the memory; it reaches the disk a moment later. Once closed, nothing happens. */
  update(change: (memory: Memory) => Memory): void {
    if (this.#closed) return;
    const next = change(this.#current);
    if (next === this.#current) return;
    this.#current = next;
    this.#saveWithin(SAVE_DELAY_MILLISECONDS);
  }

  /** Sets or, with undefined, forgets one entry. */
  set<C extends Concern>(concern: C, key: Key, value: Memory[C][Key] | undefined): void {
    this.update((memory) => {
      if (memory[concern][key] === value) return memory;
      const entries = Object.entries(memory[concern]).filter(([other]) => other !== key);
      return { ...memory, [concern]: Object.fromEntries(value === undefined ? entries : [...entries, [key, value]]) };
    });
  }

  /** On the disk (or told as a fault) before it resolves: what is made from now on must not look like somebody else's. */
  async recordWanted(wanted: Memory['wanted']): Promise<void> {
    this.#isOlder = false;
    this.update((memory) => ({ ...memory, wanted }));
    await this.flush();
  }

  /** On the disk (or told as a fault) before it resolves: what was rolled back must not be tried again after a crash. */
  async recordRollback(key: Key, specHash: string, reason: string, log?: string): Promise<void> {
    const said = log === undefined ? {} : { log };
    this.set('rolledBack', key, { specHash, reason, ...said, at: this.#options.clock.now() });
    await this.flush();
  }

  /** On the disk (or told as a fault) before it resolves. */
  async recordNotified(key: Key, digest: string): Promise<void> {
    this.set('notified', key, digest);
    await this.flush();
  }

  /** On the disk (or told as a fault) before it resolves. */
  async recordPatched(key: Key, wrote: Patched): Promise<void> {
    this.set('patched', key, wrote);
    await this.flush();
  }

  /** On the disk (or told as a fault) before it resolves: what is rendered next depends on it. */
  async recordLevel(key: Key, loop: Loop, level: Omit<Level, 'since'>): Promise<void> {
    this.set('levels', key, { ...this.#current.levels[key], [loop]: { ...level, since: this.#options.clock.now() } });
    await this.flush();
  }

  /** On the disk (or told as a fault) before it resolves: a crash must not begin the count anew. */
  async recordRemediation(key: Key, specHash: string, restarts: number): Promise<void> {
    const at = this.#options.clock.now();
    this.set('remediations', key, restarts === 0 ? undefined : { specHash, restarts, at });
    await this.flush();
  }

  /**
   * Forgets keys that are not wanted any more. A backoff that still runs is kept: it brakes a removal that fails; and so
   * is what was wanted once, until it is gone (`nextWanted`).
   */
  prune(wanted: ReadonlySet<string>): void {
    const now = this.#options.clock.now();
    this.update((memory) => {
      const isKept = (concern: Concern, key: string): boolean =>
        concern === 'wanted' ||
        wanted.has(key) ||
        (concern === 'backoffs' && isBackingOff(memory.backoffs[key as Key], now));
      const stale = CONCERNS.filter((concern) => Object.keys(memory[concern]).some((key) => !isKept(concern, key)));
      if (stale.length === 0) return memory;
      const kept = stale.map((concern) => [
        concern,
        Object.fromEntries(Object.entries(memory[concern]).filter(([key]) => isKept(concern, key))),
      ]);
      return { ...memory, ...(Object.fromEntries(kept) as Partial<Memory>) };
    });
  }

  /** Writes what changed. Never rejects. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#closed) this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes what changed, for the last time. */
  close(): Promise<void> {
    const last = this.flush();
    this.#closed = true;
    return last;
  }

  #saveWithin(milliseconds: number): void {
    if (this.#closed) return;
    this.#cancel ??= this.#options.clock.after(milliseconds, () => void this.flush());
  }

  async #write(): Promise<void> {
    const memory = this.#current;
    const changed = CONCERNS.filter((concern) => memory[concern] !== this.#saved[concern]);
    // Other files without it would be taken for those of an operator that kept no such record.
    const isBegun = this.#isOlder || this.#hasWanted || changed.length === 0;
    for (const concern of isBegun ? changed : new Set<Concern>(['wanted', ...changed])) {
      try {
        await saveConcern(this.#directory, concern, memory);
        this.#saved = { ...this.#saved, [concern]: memory[concern] };
        this.#refused.delete(concern);
        if (concern === 'wanted') this.#hasWanted = true;
      } catch (error) {
        if (!this.#refused.has(concern))
          this.#options.onFault(
            'memory',
            `${concern} could not be saved below ${this.#directory}: ${messageOf(error)}; going on without, ` +
              'and trying again every 10 s',
          );
        this.#refused.add(concern);
        if (!isBegun && concern === 'wanted') break;
      }
    }
    if (this.#refused.size > 0) this.#saveWithin(RETRY_MILLISECONDS);
  }
}
