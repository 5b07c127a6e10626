/** What counts up or is another one each time: counts, times, sizes, ids. */
const NUMBERS = /\bonce\b|\b[0-9a-f]*\d[0-9a-f.:]*( times)?\b/gi;

/** Remembers what was said of something, without its numbers: a loop that stays as it is has nothing new to say. */
export class ToldOnce {
  readonly #told = new Map<string, Set<string>>();

  /** Whether this was not said of it yet; from now on it was. */
  isNews(key: string, text: string): boolean {
    const told = this.#told.get(key) ?? new Set<string>();
    const kind = text.replace(NUMBERS, '#');
    const isNews = !told.has(kind);
    this.#told.set(key, told.add(kind));
    return isNews;
  }

  /** All is well with it: whatever comes is news. */
  forget(key: string): void {
    this.#told.delete(key);
  }

  /** Nothing is remembered of what is gone. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#told.keys()) if (!keys.has(key)) this.#told.delete(key);
  }
}
