import { same, sameList } from './same.ts';

/**
 * The engine's networks or volumes as last listed. They change rarely and their events are few, so the list is asked
 * for again only when an event said so, a wanted one is missing, or on a full pass.
 */
export class ListCache<Wire, Item extends { readonly name: string }> {
  readonly #kind: string;
  readonly #convert: (wire: Wire) => Item;
  readonly #identity: (item: Item) => string;
  #items: readonly Item[] | undefined;
  #isRelevant: (item: Item) => boolean = () => true;
  /** Counts the events; the list is fresh when it was made after the last one. */
  #events = 0;
  #listedAt = -1;

  constructor(kind: string, convert: (wire: Wire) => Item, identity: (item: Item) => string) {
    this.#kind = kind;
    this.#convert = convert;
    this.#identity = identity;
  }

  /** An event says that the list may have changed. */
  invalidate(): void {
    this.#events++;
  }

  /** Whether a relevant item of this identity was there at the last look. */
  isKnown(identity: string): boolean {
    return this.#items?.some((item) => this.#identity(item) === identity && this.#isRelevant(item)) ?? false;
  }

  /**
   * The items, sorted by name, and on a full pass which of the relevant ones changed although no event said so.
   */
  async observe(
    list: () => Promise<Wire[]>,
    wanted: ReadonlySet<string>,
    full: boolean,
    isRelevant: (item: Item) => boolean = () => true,
  ): Promise<{ items: readonly Item[]; missed: readonly string[] }> {
    this.#isRelevant = isRelevant;
    const before = this.#items;
    const announced = this.#listedAt !== this.#events;
    if (before !== undefined && !full && !announced && has(before, wanted)) return { items: before, missed: [] };
    const events = this.#events;
    const wires = await list();
    const known = new Map((before ?? []).map((item) => [this.#identity(item), item]));
    const items = wires.map((wire) => {
      const item = this.#convert(wire);
      return same(known.get(this.#identity(item)), item);
    });
    items.sort((a, b) => (this.#sortKey(a) < this.#sortKey(b) ? -1 : 1));
    this.#items = sameList(before ?? [], items);
    this.#listedAt = events;
    const unannounced = full && before !== undefined && !announced && events === this.#events;
    return {
      items: this.#items,
      missed: unannounced ? this.#changes(before.filter(isRelevant), this.#items.filter(isRelevant)) : [],
    };
  }

  #sortKey(item: Item): string {
    return `${item.name}\0${this.#identity(item)}`;
  }

  #changes(before: readonly Item[], after: readonly Item[]): string[] {
    const old = new Map(before.map((item) => [this.#identity(item), item]));
    const fresh = new Map(after.map((item) => [this.#identity(item), item]));
    return [
      ...after.filter((item) => !old.has(this.#identity(item))).map((item) => `${this.#kind} ${item.name} appeared`),
      ...before.filter((item) => !fresh.has(this.#identity(item))).map((item) => `${this.#kind} ${item.name} is gone`),
      ...after
        .filter((item) => old.has(this.#identity(item)) && old.get(this.#identity(item)) !== item)
        .map((item) => `${this.#kind} ${item.name} changed`),
    ];
  }
}

function has(items: readonly { readonly name: string }[], wanted: ReadonlySet<string>): boolean {
  const names = new Set(items.map((item) => item.name));
  return [...wanted].every((name) => names.has(name));
}
