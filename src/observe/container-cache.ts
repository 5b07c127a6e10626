import type { ContainerInspect, ContainerSummary } from '../engine/wire.ts';
import { createLimiter } from '../model/limiter.ts';
import type { ObservedContainer } from '../model/observed.ts';
import { containerFields } from './container-fields.ts';
import { containerChanges, fingerprint, inspectedContainer, listedContainer } from './containers.ts';
import { same, sameList } from './same.ts';
import { settleAll } from './settle.ts';

/** Inspects side by side; more gains nothing with a local engine. */
const INSPECT_CONCURRENCY = 8;

interface Cached {
  readonly fingerprint: string;
  readonly observed: ObservedContainer;
  /** False: known from the list only. */
  readonly inspected: boolean;
}

type Inspect = (id: string) => Promise<ContainerInspect | undefined>;

/** What one pass over the containers found. */
export interface FoundContainers {
  /** Sorted by name. */
  readonly containers: readonly ObservedContainer[];
  /** Images of the inspected containers. */
  readonly imageIds: readonly string[];
  /** What changed although no event said so, in words; empty unless full. */
  readonly missed: readonly string[];
}

/**
 * Containers as last seen. A list entry costs 40 microseconds and an inspect 80, so a container is inspected again
 * only when its list entry changed or an event named it, or on a full pass.
 */
export class ContainerCache {
  #containers = new Map<string, Cached>();
  #list: readonly ObservedContainer[] = [];
  /** Ids that events named since they were inspected, with the number of the event. */
  readonly #dirty = new Map<string, number>();
  #events = 0;
  #looked = false;

  /** Whether it ever looked. */
  get looked(): boolean {
    return this.#looked;
  }

  /** Whether it was relevant at the last look, or an event named it since. */
  isKnown(id: string): boolean {
    return this.#dirty.has(id) || this.#containers.get(id)?.inspected === true;
  }

  /** An event says that this container may have changed. */
  invalidate(id: string): void {
    this.#dirty.set(id, ++this.#events);
  }

  /**
   * Looks once.
   *
   * @param relevant which list entries to inspect; the others cost nothing but their list entry
   */
  async observe(
    engine: { list: () => Promise<ContainerSummary[]>; inspect: Inspect },
    relevant: (entries: readonly ContainerSummary[]) => Promise<(entry: ContainerSummary) => boolean>,
    full: boolean,
  ): Promise<FoundContainers> {
    const before = this.#containers;
    const eventsBefore = this.#events;
    const dirtyBefore = new Set(this.#dirty.keys());
    const limit = createLimiter(INSPECT_CONCURRENCY);
    /** Number of the last event before an inspect, by id: events up to it are answered once the pass succeeds. */
    const answered = new Map<string, number>();
    const inspect = (id: string): Promise<ObservedContainer | undefined> =>
      limit(async () => {
        answered.set(id, this.#events);
        const found = await engine.inspect(id);
        return found === undefined ? undefined : inspectedContainer(found, containerFields(found));
      });
    // A full pass inspects what it knows while the list is on its way.
    const early = new Map<string, Promise<ObservedContainer | undefined>>();
    if (full) for (const [id, cached] of before) if (cached.inspected) early.set(id, inspect(id));
    const [entries] = await settleAll([engine.list(), settleAll([...early.values()])]);
    const isRelevant = await relevant(entries);

    const look = async (entry: ContainerSummary): Promise<Cached | undefined> => {
      const known = before.get(entry.Id);
      const print = fingerprint(entry);
      const unchanged = known?.fingerprint === print;
      if (!isRelevant(entry)) {
        answered.set(entry.Id, eventsBefore);
        if (known !== undefined && unchanged && !known.inspected) return known;
        return { fingerprint: print, observed: same(known?.observed, listedContainer(entry)), inspected: false };
      }
      if (known?.inspected && unchanged && !full && !this.#dirty.has(entry.Id)) return known;
      const first = await early.get(entry.Id);
      // The list may be newer than an inspect that was sent before it.
      const observed = first !== undefined && first.state === entry.State ? first : await inspect(entry.Id);
      if (observed === undefined) return undefined;
      return { fingerprint: print, observed: same(known?.observed, observed), inspected: true };
    };
    const looked = await settleAll(entries.map(async (entry) => [entry.Id, await look(entry)] as const));

    const after = new Map<string, Cached>();
    for (const [id, cached] of looked) if (cached !== undefined) after.set(id, cached);
    for (const [id, event] of this.#dirty) {
      const until = answered.get(id) ?? (after.has(id) ? -1 : eventsBefore);
      if (event <= until) this.#dirty.delete(id);
    }
    this.#containers = after;
    const list = [...after.values()].map((cached) => cached.observed);
    list.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
    this.#list = sameList(this.#list, list);
    const silent = (id: string): boolean => !dirtyBefore.has(id) && !this.#dirty.has(id);
    const imageIds = new Set([...after.values()].filter((one) => one.inspected).map((one) => one.observed.imageId));
    const missed = full && this.#looked ? changes(before, after, silent) : [];
    this.#looked = true;
    return { containers: this.#list, imageIds: [...imageIds], missed };
  }
}

/** What changed among the inspected containers without an event. */
function changes(
  before: ReadonlyMap<string, Cached>,
  after: ReadonlyMap<string, Cached>,
  silent: (id: string) => boolean,
): string[] {
  const found: string[] = [];
  for (const [id, cached] of after) {
    if (!cached.inspected || !silent(id)) continue;
    const known = before.get(id);
    if (known === undefined) found.push(`container ${cached.observed.name} appeared`);
    else if (known.inspected && known.observed !== cached.observed) {
      const changed = containerChanges(known.observed, cached.observed);
      if (changed !== '') found.push(`container ${cached.observed.name} changed: ${changed}`);
    }
  }
  for (const [id, { inspected, observed }] of before) {
    if (inspected && !after.has(id) && silent(id)) found.push(`container ${observed.name} is gone`);
  }
  return found;
}
