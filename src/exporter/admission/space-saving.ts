interface Slot {
  key: string;
  count: number;
  /** How much of the count may belong to keys that had the slot before. */
  error: number;
  position: number;
}

/**
 * Counts the most frequent keys of a stream in a fixed number of slots (Metwally's Space-Saving): what occurs more often
 * than total / slots is surely among them, and `count - error` is never more than the truth. Slots are a heap by count.
 */
export class SpaceSaving {
  readonly #capacity: number;
  readonly #heap: Slot[] = [];
  readonly #slots = new Map<string, Slot>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#heap.length;
  }

  get isFull(): boolean {
    return this.#heap.length >= this.#capacity;
  }

  /** Counts one occurrence; the result is how often the key occurred at least. */
  add(key: string): number {
    const known = this.#slots.get(key);
    if (known !== undefined) {
      known.count++;
      this.#sink(known);
      return known.count - known.error;
    }
    if (this.#heap.length < this.#capacity) {
      const slot = { key, count: 1, error: 0, position: this.#heap.length };
      this.#heap.push(slot);
      this.#slots.set(key, slot);
      this.#rise(slot);
      return 1;
    }
    const weakest = this.#heap[0];
    if (weakest === undefined) return 0;
    this.#slots.delete(weakest.key);
    weakest.key = key;
    weakest.error = weakest.count;
    weakest.count++;
    this.#slots.set(key, weakest);
    this.#sink(weakest);
    return 1;
  }

  /** Ages all counts, so that what was frequent long ago gives way. */
  halve(): void {
    for (const slot of this.#heap) {
      slot.count /= 2;
      slot.error /= 2;
    }
  }

  /** Keys with their least counts, most frequent first. */
  top(most: number): { key: string; count: number }[] {
    return this.#heap
      .map(({ key, count, error }) => ({ key, count: count - error }))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .slice(0, most);
  }

  #rise(slot: Slot): void {
    while (slot.position > 0) {
      const parent = this.#heap[(slot.position - 1) >> 1];
      if (parent === undefined || parent.count <= slot.count) return;
      this.#swap(slot, parent);
    }
  }

  #sink(slot: Slot): void {
    for (;;) {
      const left = this.#heap[2 * slot.position + 1];
      const right = this.#heap[2 * slot.position + 2];
      const child = right !== undefined && left !== undefined && right.count < left.count ? right : left;
      if (child === undefined || child.count >= slot.count) return;
      this.#swap(child, slot);
    }
  }

  #swap(one: Slot, other: Slot): void {
    const position = one.position;
    one.position = other.position;
    other.position = position;
    this.#heap[one.position] = one;
    this.#heap[other.position] = other;
  }
}
